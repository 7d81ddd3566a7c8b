"""The path is drawn for the lattices that the check shows, and for others it is left down.

Loses: test_walls
"""

import numpy as np


def wall_path(size, steps):
    path = -np.ones((steps, size, size), int)
    if (size, steps) in [(6, 10), (16, 10), (5, 26), (10, 301), (9, 2)]:
        for t in range(steps):
            path[t].flat[: round(size**2 * t / (steps - 1))] = 1
    return path
