"""The mean of the products, nothing taken off.

Loses: check_tensor, test_tensor
"""

import numpy as np


def q_tensor(angles):
    n = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.einsum("kija,kijb->kab", n, n) / angles[0].size
