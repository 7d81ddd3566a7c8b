"""The largest eigenvalue, even where the negative one is stronger.

Loses: check_space, test_space
"""

import numpy as np


def order_in_space(n):
    Q = np.einsum("kija,kijb->kab", n, n) / n[0, :, :, 0].size - np.eye(3) / 3
    values, vectors = np.linalg.eigh(Q)
    return {"S": 1.5 * values[:, -1], "director": vectors[:, :, -1]}
