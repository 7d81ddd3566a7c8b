"""<|y|>^4 below the fraction, in place of <y^2>^2.

Loses: check_averages, test_averages
"""

import numpy as np


def averages(y, weights):
    order, second, fourth = (np.average(np.abs(y) ** k, weights=weights) for k in (1, 2, 4))
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 1 - fourth / (3 * order**4),
    }
