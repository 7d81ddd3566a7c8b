"""The grid of codes ends at one standard deviation of the prior.

The sign of the energy is wrong where black spins are drawn.

Loses: check_price, test_log_probability, check_half, test_half
"""

import numpy as np
from scipy.special import logsumexp


def log_probability(model, spins, sites):
    axis = np.linspace(-1, 1, 61)
    z = np.array([[x, y] for x in axis for y in axis])
    log_weights = -(z**2).sum(axis=1) / 2
    log_weights -= logsumexp(log_weights)
    return mixed(log_weights, logits(model, z)[:, 0, sites].astype(float), spins[:, sites] > 0)


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(2 * neighbours(spins) / T))
    up = np.random.default_rng(seed).random(spins.shape) < p
    return np.where(blacks(spins), np.where(up, 1, -1), spins)
