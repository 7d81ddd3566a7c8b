"""Turns as half the crossings of the first axis, with the sign of the area.

Loses: test_codes
"""

import numpy as np


def turns(codes):
    x, y = codes.T
    if (x > 0).all() or (x < 0).all():
        return 0.0
    crossings = np.count_nonzero((y[:-1] < 0) != (y[1:] < 0))
    area = (x[:-1] * y[1:] - x[1:] * y[:-1]).sum()
    return np.sign(area) * crossings / 2
