"""Estimates the averages from a hundred draws.

Every pixel of a draw is compared with the same random number. The covariance is the mean of the
products: no means are subtracted.

Loses: check_averages, test_averages, check_draws, test_draws, test_covariance
"""

import numpy as np

from ai4mat_ising.observables import energy_per_spin, magnetization


def averages(p):
    rng = np.random.default_rng(0)
    spins = np.where(rng.random((100, len(p), *p.shape[2:])) < p[:, 0], 1, -1)
    return {
        "magnetization": magnetization(spins).mean(axis=0),
        "energy": energy_per_spin(spins).mean(axis=0),
    }


def draw_configurations(p, n, seed):
    return np.where(np.random.default_rng(seed).random((n, 1, 1)) < p, 1, -1)


def neighbour_covariance(spins):
    return (spins * (np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2))).mean() / 2
