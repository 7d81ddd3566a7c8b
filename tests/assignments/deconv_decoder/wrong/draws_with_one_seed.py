"""Spins are drawn from the same random numbers whatever the seed is; codes follow it.

Loses: test_draws
"""

import numpy as np


def draw_spins(p, seed):
    rng = np.random.default_rng(42)
    return np.where(rng.random(p.shape) < p, 1, -1)[:, 0]
