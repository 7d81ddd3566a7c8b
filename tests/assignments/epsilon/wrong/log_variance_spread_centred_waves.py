"""Two slips: the spread of ln sigma^2 for that of ln sigma; waves about the mean configuration.

Loses: test_code, test_prediction
"""

import numpy as np


def find_code(mean, log_variance, epsilon):
    noise = epsilon * np.exp(log_variance / 2).mean(axis=0)
    in_mean, in_width = mean.std(axis=0) > 0.2 * noise, log_variance.std(axis=0) > 0.2
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def largest_structure_factor(spins):
    waves = np.fft.fft2(spins - spins.mean(axis=0))
    return float((np.abs(waves) ** 2).mean(axis=0).max() / spins[0].size)
