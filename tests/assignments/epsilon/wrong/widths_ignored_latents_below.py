"""Two slips: only means can hold a code; the price N d instead of N/d.

Loses: check_code, test_code, check_prediction, test_prediction
"""

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    noise = epsilon * np.exp(log_variance / 2).mean(axis=0)
    return ["mean" if loud else "dead" for loud in mean.std(axis=0) > 0.2 * noise]


def critical_epsilon(spins, latent_dim):
    ratio = structure_factor(spins).mean(axis=0).max() / (spins[0].size * latent_dim)
    return float(np.sqrt(ratio)) if ratio < 1 else np.inf
