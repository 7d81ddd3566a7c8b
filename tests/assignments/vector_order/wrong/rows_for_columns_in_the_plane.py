"""Rows of the matrix of eigenvectors in place of its columns, for the director in the plane.

Loses: check_tensor, test_order
"""

import numpy as np


def order_and_director(Q):
    values, vectors = np.linalg.eigh(Q)
    x, y = vectors[:, -1].T
    return {"S": 2 * values[:, -1], "director": np.arctan2(y, x)}
