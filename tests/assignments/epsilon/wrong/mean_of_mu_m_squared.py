"""Two slips: a code is alive if the average of mu is large; only the uniform wave counts.

Loses: check_code, test_code, check_prediction, test_prediction
"""

import numpy as np


def find_code(mean, log_variance, epsilon):
    noise = epsilon * np.exp(log_variance / 2).mean(axis=0)
    in_mean = np.abs(mean.mean(axis=0)) > 0.2 * noise
    in_width = log_variance.std(axis=0) / 2 > 0.2
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def largest_structure_factor(spins):
    return float(spins[0].size * np.mean(spins.mean(axis=(1, 2)) ** 2))


def critical_epsilon(spins, latent_dim):
    ratio = latent_dim * np.mean(spins.mean(axis=(1, 2)) ** 2)
    return float(np.sqrt(ratio)) if ratio < 1 else np.inf
