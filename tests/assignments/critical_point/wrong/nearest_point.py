"""The point of the grid at which the curves are nearest.

Loses: check_crossings, test_crossings
"""

import numpy as np


def crossings(T_a, a, T_b, b):
    T = T_a[(T_a >= T_b[0]) & (T_a <= T_b[-1])]
    d = a[(T_a >= T_b[0]) & (T_a <= T_b[-1])] - np.interp(T, T_b, b)
    change = np.flatnonzero(d[:-1] * d[1:] < 0)
    return np.array([T[i] if abs(d[i]) < abs(d[i + 1]) else T[i + 1] for i in change])
