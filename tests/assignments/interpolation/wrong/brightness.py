"""The magnetization is the share of spins that are up, (1 + m)/2, as in notebook 20.

Draws with (1 + p)/2, as if the gray value were the mean of a spin.

Loses: check_averages, test_averages, check_draws, test_draws
"""

import numpy as np


def averages(p):
    mu = 2 * p[:, 0] - 1
    around = np.roll(mu, 1, 1) + np.roll(mu, 1, 2)
    return {"magnetization": p.mean(axis=(1, 2, 3)), "energy": -(mu * around).mean(axis=(1, 2))}


def draw_configurations(p, n, seed):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((n, *p.shape[1:])) < (1 + p) / 2, 1, -1)
