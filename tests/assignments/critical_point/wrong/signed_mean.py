"""The mean of y itself: it is about zero for both signs.

Loses: check_averages, test_averages
"""

import numpy as np


def averages(y, weights):
    order, second, fourth = (np.average(y**k, weights=weights) for k in (1, 2, 4))
    return {
        "order": abs(order),
        "fluctuation": second - order**2,
        "cumulant": 1 - fourth / (3 * second**2),
    }
