"""Two slips: a latent is alive if it has a divergence; the square root is forgotten.

Loses: check_code, test_code, check_prediction, test_prediction
"""

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    in_mean = (mean**2).mean(axis=0) / 2 > 0.01
    in_width = (np.exp(log_variance) - 1 - log_variance).mean(axis=0) / 2 > 0.01
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def critical_epsilon(spins, latent_dim):
    ratio = latent_dim * structure_factor(spins).mean(axis=0).max() / spins[0].size
    return float(ratio) if ratio < 1 else np.inf
