"""The exponent E / (T - T0) in place of a difference of inverse temperatures.

Loses: check_averages, test_weights
"""

import numpy as np


def weights_at(energy, T0, T):
    exponents = energy / (T - T0) if T != T0 else 0 * energy
    weights = np.exp(exponents - exponents.max())
    return weights / weights.sum()
