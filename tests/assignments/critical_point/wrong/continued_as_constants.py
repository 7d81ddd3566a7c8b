"""np.interp continues a curve beyond its end, and finds crossings there.

Loses: check_crossings, test_crossings
"""

import numpy as np


def crossings(T_a, a, T_b, b):
    T = np.union1d(T_a, T_b)
    d = np.interp(T, T_a, a) - np.interp(T, T_b, b)
    i = np.flatnonzero(d[:-1] * d[1:] < 0)
    return np.sort(np.append(T[i] + (T[i + 1] - T[i]) * d[i] / (d[i] - d[i + 1]), T[d == 0]))
