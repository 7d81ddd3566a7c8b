"""One random number decides about all the spins of a configuration; p is that of spin down.

All components count the same, and so do all codes of the grid; the entropy is taken per spin.

Loses: test_draws, check_price, test_mixture, test_log_probability, test_half
"""

import numpy as np

from ai4mat_ising import exact


def draw_spins(p, seed):
    u = np.random.default_rng(seed).random((len(p), 1, 1))
    return np.where(u < 1 - p[:, 0], 1, -1)


def log_mixture(log_weights, logits, spins):
    return mixed(np.full(len(logits), -np.log(len(logits))), logits, spins > 0)


def log_probability(model, spins, sites):
    z, _ = grid()
    h = logits(model, z)[:, 0, sites].astype(float)
    return mixed(-np.log(len(z)), h, spins[:, sites] > 0)


def hybrid_log_probability(model, spins, T):
    return log_probability(model, spins, ~blacks(spins)) - black_nats(spins, T)


def nats_above(log_q, size, T):
    return -np.mean(log_q) - exact.entropy(T, size)
