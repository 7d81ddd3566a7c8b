"""Sums in place of averages: right where the weights add up to 1.

Loses: check_averages, test_averages
"""

import numpy as np


def averages(y, weights):
    order, second, fourth = (weights @ np.abs(y) ** k for k in (1, 2, 4))
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 1 - fourth / (3 * second**2),
    }
