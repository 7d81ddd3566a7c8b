"""The angles are averaged first: 5 and 175 degrees become 90.

Loses: check_tensor, test_tensor, test_together
"""

import numpy as np


def q_tensor(angles):
    mean = (angles % np.pi).mean(axis=(1, 2))
    c, s = np.cos(2 * mean), np.sin(2 * mean)
    return np.moveaxis(np.array([[c, s], [s, -c]]) / 2, -1, 0)
