"""Divides the energies by their number before it weights them.

Loses: check_averages, test_weights
"""

import numpy as np


def weights_at(energy, T0, T):
    exponents = (1 / T0 - 1 / T) * energy / len(energy)
    weights = np.exp(exponents - exponents.max())
    return weights / weights.sum()
