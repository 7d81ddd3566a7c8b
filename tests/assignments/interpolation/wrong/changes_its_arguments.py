"""The numbers are right, but the arrays of the caller hold others afterwards.

Loses: check_path, check_averages, check_draws, check_nearest
"""

import numpy as np


def choose_ends(m, labels, kind):
    disordered = np.where(labels == 0, np.abs(m), 2).argmin()
    m[labels == 0] = np.nan
    if kind == "branches":
        return np.nanargmin(m), np.nanargmax(m)
    return np.nanargmax(np.abs(m)), disordered


def averages(p):
    p *= 2
    p -= 1
    mu = p[:, 0]
    energy = -mu * (np.roll(mu, 1, axis=1) + np.roll(mu, 1, axis=2))
    return {"magnetization": mu.mean(axis=(1, 2)), "energy": energy.mean(axis=(1, 2))}


def neighbour_covariance(spins):
    mean = spins.mean(axis=0)
    of_means = mean * (np.roll(mean, 1, axis=0) + np.roll(mean, 1, axis=1))
    spins *= np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2)
    return (spins.mean(axis=0) - of_means).mean() / 2


def nearest(points, pool, k, exclude):
    pool[exclude] = np.inf
    return [((pool - x) ** 2).reshape(len(pool), -1).sum(axis=1).argsort()[:k] for x in points]
