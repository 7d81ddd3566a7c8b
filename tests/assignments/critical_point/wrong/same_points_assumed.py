"""Subtracts the values as if both curves had the same temperatures.

Loses: check_crossings, test_crossings
"""

import numpy as np


def crossings(T_a, a, T_b, b):
    n = min(len(a), len(b))
    T, d = T_a[:n], a[:n] - b[:n]
    i = np.flatnonzero(d[:-1] * d[1:] < 0)
    return np.sort(np.append(T[i] + (T[i + 1] - T[i]) * d[i] / (d[i] - d[i + 1]), T[d == 0]))
