"""Weights whose mean is 1.

Loses: check_averages, test_weights
"""

import numpy as np


def weights_at(energy, T0, T):
    exponents = (1 / T0 - 1 / T) * energy
    weights = np.exp(exponents - exponents.max())
    return weights / weights.mean()
