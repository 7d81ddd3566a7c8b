"""Every call draws the same configurations, and the black half is drawn with one seed as well.

The deconvolution takes the first channel only; g(r) does not wrap around the lattice.

Loses: test_draws, test_half, test_deconvolution, test_correlations
"""

import numpy as np


def generate(model, n, seed):
    rng = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-logits(model, rng.standard_normal((n, 2)))))
    return np.where(rng.random(p.shape) < p, 1, -1)[:, 0]


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(-2 * neighbours(spins) / T))
    up = np.random.default_rng(0).random(spins.shape) < p
    return np.where(blacks(spins), np.where(up, 1, -1), spins)


def periodic_deconvolution(features, weight):
    n, _, h, w = features.shape
    out = np.zeros((n, weight.shape[1], 2 * h, 2 * w))
    for y in range(h):
        for x in range(w):
            for a in range(4):
                for b in range(4):
                    ink = features[:, :1, y, x] * weight[0, :, a, b]
                    out[:, :, (2 * y + a - 1) % (2 * h), (2 * x + b - 1) % (2 * w)] += ink
    return out


def expected_correlation(logits):
    mean = np.tanh(logits[:, 0] / 2)
    g = [1.0]
    for r in range(1, mean.shape[-1] // 2 + 1):
        down = (mean[:, r:] * mean[:, :-r]).mean()
        along = (mean[:, :, r:] * mean[:, :, :-r]).mean()
        g.append((down + along) / 2)
    return g
