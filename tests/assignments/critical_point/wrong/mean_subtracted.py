"""The cumulant of y minus its mean, as of a variance.

Loses: check_averages, test_averages
"""

import numpy as np


def averages(y, weights):
    order, second = (np.average(np.abs(y) ** k, weights=weights) for k in (1, 2))
    centred = y - np.average(y, weights=weights)
    square, fourth = (np.average(centred**k, weights=weights) for k in (2, 4))
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 1 - fourth / (3 * square**2) if square > 0 else 2 / 3,
    }
