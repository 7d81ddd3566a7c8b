"""The images are averaged over codes first; the magnetizations, too.

The factor 2 in the exponent is missing: half the energy difference.

Loses: check_correlations, test_correlations, check_half, test_half
"""

import numpy as np


def expected_correlation(logits):
    s = np.tanh(logits[:, 0] / 2).mean(axis=0)
    g = [(s * (np.roll(s, r, 0) + np.roll(s, r, 1)) / 2).mean() for r in range(len(s) // 2 + 1)]
    return [1.0, *g[1:]]


def only_m_correlation(spins):
    N = spins[0].size
    return (N * spins.mean() ** 2 - 1) / (N - 1)


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(-neighbours(spins) / T))
    up = np.random.default_rng(seed).random(spins.shape) < p
    return np.where(blacks(spins), np.where(up, 1, -1), spins)


def black_nats(spins, T):
    return np.logaddexp(0, -spins * neighbours(spins) / T)[:, blacks(spins)].sum(axis=1)
