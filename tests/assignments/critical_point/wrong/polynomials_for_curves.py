"""The package's crossing of polynomials of degree 4, or less where points are few.

Loses: check_crossings, test_crossings
"""

import numpy as np
from ai4mat_ising import scaling


def crossings(T_a, a, T_b, b):
    degree = min(4, len(a) - 1, len(b) - 1)
    try:
        found = scaling.crossing(T_a, a, T_b, b, degree)
    except ValueError:
        return np.array([])
    return np.array([found] if np.isfinite(found) else [])
