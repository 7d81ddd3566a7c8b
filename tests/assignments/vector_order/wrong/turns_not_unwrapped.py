"""Last angle minus first one: a closed path never turns.

Loses: check_codes, test_codes, test_together
"""

import numpy as np


def turns(codes):
    phase = np.arctan2(codes[:, 1], codes[:, 0])
    return (phase[-1] - phase[0]) / (2 * np.pi)
