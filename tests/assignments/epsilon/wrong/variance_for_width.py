"""Two slips: the noise has the width epsilon sigma^2; the largest magnetization for the largest wave.

Loses: test_code, check_prediction, test_prediction
"""

import numpy as np


def find_code(mean, log_variance, epsilon):
    in_mean = mean.std(axis=0) > 0.2 * epsilon * np.exp(log_variance).mean(axis=0)
    in_width = log_variance.std(axis=0) > 0.4
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def largest_structure_factor(spins):
    return float(spins.sum(axis=(1, 2), dtype=float).max() ** 2 / spins[0].size)
