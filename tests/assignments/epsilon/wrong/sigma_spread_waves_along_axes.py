"""Two slips: the spread of sigma for that of ln sigma; waves along the axes and (pi, pi) only.

Loses: test_code, test_prediction
"""

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    sigma = np.exp(log_variance / 2)
    in_mean = mean.std(axis=0) > 0.2 * epsilon * sigma.mean(axis=0)
    in_width = sigma.std(axis=0) > 0.2
    return ["mean" if a else "width" if b else "dead" for a, b in zip(in_mean, in_width)]


def largest_structure_factor(spins):
    S = structure_factor(spins).mean(axis=0)
    half = len(S) // 2
    return float(max(S[0].max(), S[:, 0].max(), S[half, half]))
