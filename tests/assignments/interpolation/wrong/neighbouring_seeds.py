"""Each configuration is drawn with a seed of its own, and the next seed gives nearly the same ones.

The ordered branches are taken to lie on either side of 0, even where there is only one of them.

Loses: test_ends, test_draws
"""

import numpy as np


def choose_ends(m, labels, kind):
    if kind == "branches":
        ordered = m * labels  # 0 where disordered
        return ordered.argmin(), ordered.argmax()
    size = np.abs(m)
    return np.where(labels == 1, size, -1).argmax(), np.where(labels == 0, size, 2).argmin()


def draw_configurations(p, n, seed):
    fields = [np.random.default_rng(seed + i).random(p.shape[1:]) for i in range(n)]
    return np.where(np.array(fields) < p, 1, -1)
