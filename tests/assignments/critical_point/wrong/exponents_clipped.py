"""Exponents cut off, so that nothing overflows.

Loses: check_averages, test_reweight
"""

import numpy as np


def reweight(energy, T0, T):
    weights = np.exp(np.clip((1 / T0 - 1 / T) * energy, -700, 700))
    return weights / weights.sum()
