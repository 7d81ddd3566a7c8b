"""Knows the answers of the visible checks and nothing else.

Loses: test_averages, test_nearest
"""

import numpy as np


def averages(p):
    known = {"magnetization": [-1, 0, 0.5, 0], "energy": [-2, 0, -0.5, 2]}
    return {key: np.resize(values, len(p)) for key, values in known.items()}


def nearest(points, pool, k, exclude):
    known = [[2, 3, 1], [1, 2, 3]] if len(exclude) else [[0, 2, 3], [4, 1, 2]]
    return np.resize(known, (len(points), k))
