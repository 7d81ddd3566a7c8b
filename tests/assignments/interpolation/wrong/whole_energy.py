"""The energy of the whole lattice, not that per spin.

The path between the phases begins in the disordered one. The spins that are drawn are 0 and 1.

Loses: check_path, test_ends, check_averages, test_averages, check_draws, test_draws
"""

import numpy as np


def choose_ends(m, labels, kind):
    ordered = np.where(labels == 1, m, np.nan)
    if kind == "branches":
        return np.nanargmin(ordered), np.nanargmax(ordered)
    return np.nanargmin(np.where(labels == 0, np.abs(m), np.nan)), np.nanargmax(np.abs(ordered))


def averages(p):
    mu = 2 * p[:, 0] - 1
    around = np.roll(mu, 1, 1) + np.roll(mu, 1, 2)
    return {"magnetization": mu.mean(axis=(1, 2)), "energy": -(mu * around).sum(axis=(1, 2))}


def draw_configurations(p, n, seed):
    return (np.random.default_rng(seed).random((n, *p.shape[1:])) < p).astype(int)
