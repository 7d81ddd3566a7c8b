"""A mean counts from 0.6 of its noise on, a width from a spread of 0.4 on.

Loses: test_code
"""

import numpy as np


def find_code(mean, log_variance, epsilon):
    log_sigma = log_variance / 2
    in_mean = mean.std(axis=0) > 0.6 * epsilon * np.exp(log_sigma).mean(axis=0)
    return np.where(in_mean, "mean", np.where(log_sigma.std(axis=0) > 0.4, "width", "dead"))
