"""The ends are the extremes of all configurations, whatever their phase.

Rounds every probability instead of drawing.

Loses: check_path, test_ends, test_draws
"""

import numpy as np


def choose_ends(m, labels, kind):
    if kind == "branches":
        return np.argmin(m), np.argmax(m)
    return np.argmax(np.abs(m)), np.argmin(np.abs(m))


def draw_configurations(p, n, seed):
    return np.repeat(np.where(p > 0.5, 1, -1), n, axis=0)
