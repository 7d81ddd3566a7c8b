"""The kurtosis without its 3, and a fluctuation without its square.

Loses: check_averages, test_averages
"""

import numpy as np


def averages(y, weights):
    order, second, fourth = (np.average(np.abs(y) ** k, weights=weights) for k in (1, 2, 4))
    return {
        "order": order,
        "fluctuation": second - order,
        "cumulant": 1 - fourth / second**2,
    }
