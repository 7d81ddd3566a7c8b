"""Logarithms are averaged instead of probabilities, as in an ELBO.

Loses: check_price, test_mixture, test_log_probability, test_half
"""

import numpy as np


def log_mixture(log_weights, logits, spins):
    up = (spins > 0).astype(float)
    log_q = up @ logits.T - np.logaddexp(0, logits).sum(axis=1)
    return log_q @ np.exp(log_weights)


def log_probability(model, spins, sites):
    z, log_weights = grid()
    return log_mixture(log_weights, logits(model, z)[:, 0, sites], spins[:, sites])


def hybrid_log_probability(model, spins, T):
    return log_probability(model, spins, ~blacks(spins)) - black_nats(spins, T)
