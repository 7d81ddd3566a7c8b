"""The ratio of the two Boltzmann factors upside down.

Loses: check_averages, test_reweight
"""

import numpy as np


def reweight(energy, T0, T):
    exponents = (1 / T - 1 / T0) * energy
    weights = np.exp(exponents - exponents.max())
    return weights / weights.sum()
