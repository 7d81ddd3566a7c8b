"""Counts only where the first curve falls through the second one.

Loses: check_crossings, test_crossings
"""

import numpy as np


def crossings(T_a, a, T_b, b):
    T = np.union1d(T_a, T_b)
    T = T[(max(T_a[0], T_b[0]) <= T) & (min(T_a[-1], T_b[-1]) >= T)]
    d = np.interp(T, T_a, a) - np.interp(T, T_b, b)
    i = np.flatnonzero((d[:-1] > 0) & (d[1:] <= 0))
    return T[i] + (T[i + 1] - T[i]) * d[i] / (d[i] - d[i + 1])
