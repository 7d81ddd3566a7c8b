"""Takes the angles for degrees.

Loses: check_tensor, test_tensor, test_together
"""

import numpy as np


def q_tensor(angles):
    radians = np.radians(angles)
    n = np.stack([np.cos(radians), np.sin(radians)], axis=-1)
    return np.einsum("kija,kijb->kab", n, n) / angles[0].size - np.eye(2) / 2
