"""Subtracts the square of one mean of all spins, not the product of those of two sites.

The excluded ones are found all the same.

Loses: test_covariance, check_nearest, test_nearest
"""

import numpy as np


def neighbour_covariance(spins):
    products = spins * (np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2))
    return products.mean() / 2 - spins.mean() ** 2


def nearest(points, pool, k, exclude):
    distance = [((pool - x) ** 2).reshape(len(pool), -1).sum(axis=1) for x in points]
    return np.argsort(distance, axis=1)[:, :k]
