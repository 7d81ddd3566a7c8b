"""Looks at the points of one curve alone: kinks of the other are cut off.

Loses: check_crossings, test_crossings
"""

import numpy as np


def crossings(T_a, a, T_b, b):
    inside = (T_a >= T_b[0]) & (T_a <= T_b[-1])
    T, d = T_a[inside], a[inside] - np.interp(T_a[inside], T_b, b)
    found = []
    for i in range(len(T) - 1):
        if d[i] == 0 or d[i] * d[i + 1] < 0:
            found.append(T[i] + (T[i + 1] - T[i]) * d[i] / (d[i] - d[i + 1]))
    return np.array(found)
