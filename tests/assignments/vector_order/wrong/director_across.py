"""The eigenvector of the smaller eigenvalue.

Loses: check_tensor, test_order
"""

import numpy as np


def order_and_director(Q):
    values, vectors = np.linalg.eigh(Q)
    return {"S": 2 * values[:, -1], "director": np.arctan2(vectors[:, 1, 0], vectors[:, 0, 0])}
