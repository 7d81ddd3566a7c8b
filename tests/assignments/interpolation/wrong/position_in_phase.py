"""The positions are those among the configurations of one phase, or among those allowed.

Loses: check_path, test_ends, check_nearest, test_nearest
"""

import numpy as np


def choose_ends(m, labels, kind):
    ordered, disordered = m[labels == 1], m[labels == 0]
    if kind == "branches":
        return ordered.argmin(), ordered.argmax()
    return np.abs(ordered).argmax(), np.abs(disordered).argmin()


def nearest(points, pool, k, exclude):
    allowed = np.delete(pool, exclude, axis=0).reshape(len(pool) - len(exclude), -1)
    points = points.reshape(len(points), 1, -1)
    return np.argsort(((points - allowed) ** 2).sum(axis=2), axis=1)[:, :k]
