"""The mean runs over the wrong axes.

Loses: check_tensor, test_tensor, test_together
"""

import numpy as np


def q_tensor(angles):
    c, s = np.cos(2 * angles).mean(axis=(0, 1)), np.sin(2 * angles).mean(axis=(0, 1))
    return np.moveaxis(np.array([[c, s], [s, -c]]) / 2, -1, 0)
