"""The energy counts the bonds to the right alone, and counts them twice.

The covariance does the same.

Loses: test_averages, test_covariance
"""

import numpy as np


def averages(p):
    mu = 2 * p[:, 0] - 1
    energy = -2 * (mu * np.roll(mu, -1, axis=2)).mean(axis=(1, 2))
    return {"magnetization": mu.mean(axis=(1, 2)), "energy": energy}


def neighbour_covariance(spins):
    s = spins - spins.mean(axis=0)
    return (s * np.roll(s, -1, axis=2)).mean()
