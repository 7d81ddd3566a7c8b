"""Where the curve rises to its end, takes the three points there.

Loses: check_peak, test_peak
"""

import numpy as np


def peak(T, y):
    i = min(max(np.argmax(y), 1), len(y) - 2)
    a, b, c = np.polyfit(T[i - 1 : i + 2] - T[i], y[i - 1 : i + 2], 2)
    if a == 0:
        a = -1e-9
    return {"T": T[i] - b / (2 * a), "height": c - b**2 / (4 * a)}
