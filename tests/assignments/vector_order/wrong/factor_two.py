"""Q normalised so that its eigenvalues are S and -S.

Loses: check_tensor, test_tensor
"""

import numpy as np


def q_tensor(angles):
    n = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return 2 * np.einsum("kija,kijb->kab", n, n) / angles[0].size - np.eye(2)
