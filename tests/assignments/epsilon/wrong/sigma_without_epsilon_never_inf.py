"""Two slips: the noise is sigma, not epsilon sigma; an epsilon above 1 where there is none.

Loses: test_code, check_prediction, test_prediction
"""

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    in_mean = mean.std(axis=0) > 0.2 * np.exp(log_variance / 2).mean(axis=0)
    in_width = log_variance.std(axis=0) > 0.4
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def critical_epsilon(spins, latent_dim):
    S = structure_factor(spins).mean(axis=0).max()
    return float(np.sqrt(latent_dim * S / spins[0].size))
