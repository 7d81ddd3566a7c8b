"""Turns from the sizes of the steps, with the sign of their sum: steps back count as steps on.

Loses: test_codes
"""

import numpy as np


def turns(codes):
    steps = np.diff(np.unwrap(np.arctan2(codes[:, 1], codes[:, 0])))
    if abs(steps.sum()) < 1:
        return 0.0
    return float(np.sign(steps.sum()) * round(np.abs(steps).sum() / (2 * np.pi)))
