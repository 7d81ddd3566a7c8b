"""Two slips: mu is not compared with the noise; the largest S of each configuration, then a mean.

Loses: test_code, check_prediction, test_prediction
"""

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    in_mean, in_width = mean.std(axis=0) > 0.2, log_variance.std(axis=0) > 0.4
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def largest_structure_factor(spins):
    return float(structure_factor(spins).max(axis=(1, 2)).mean())


def critical_epsilon(spins, latent_dim):
    ratio = latent_dim * largest_structure_factor(spins) / spins[0].size
    return float(np.sqrt(ratio)) if ratio < 1 else np.inf
