"""Probabilities are rounded instead of drawn.

The correlation of the images rounded to black and white, along one axis only.

Loses: test_draws, check_correlations, test_correlations
"""

import numpy as np


def draw_spins(p, seed):
    return np.where(p[:, 0] > 0.5, 1, -1)


def generate(model, n, seed):
    codes = np.random.default_rng(seed).normal(size=(n, 2))
    return np.where(logits(model, codes)[:, 0] > 0, 1, -1)


def expected_correlation(logits):
    s = np.sign(logits[:, 0])
    return [(s * np.roll(s, r, 2)).mean() for r in range(s.shape[1] // 2 + 1)]
