"""Exponentials of energies as they are: right for small lattices alone.

Loses: check_averages, test_reweight
"""

import numpy as np


def reweight(energy, T0, T):
    weights = np.exp((1 / T0 - 1 / T) * energy)
    return weights / weights.sum()
