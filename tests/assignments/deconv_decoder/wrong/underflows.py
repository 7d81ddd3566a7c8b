"""Probabilities are multiplied before the logarithm is taken.

The lattice of part 6 has edges, beyond which there is nothing.

Loses: test_mixture, check_half, test_half
"""

import numpy as np


def log_mixture(log_weights, logits, spins):
    factors = 1 / (1 + np.exp(-spins[:, None].astype(float) * logits))
    return np.log((np.exp(log_weights) * factors.prod(axis=2)).sum(axis=1))


def inside(spins):
    around = np.pad(spins.astype(float), ((0, 0), (1, 1), (1, 1)))
    return around[:, 2:, 1:-1] + around[:, :-2, 1:-1] + around[:, 1:-1, 2:] + around[:, 1:-1, :-2]


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(-2 * inside(spins) / T))
    up = np.random.default_rng(seed).random(spins.shape) < p
    return np.where(blacks(spins), np.where(up, 1, -1), spins)


def black_nats(spins, T):
    return np.logaddexp(0, -2 * spins * inside(spins) / T)[:, blacks(spins)].sum(axis=1)
