"""One parabola through all points.

Loses: check_peak, test_peak
"""

import numpy as np


def peak(T, y):
    if np.argmax(y) in (0, len(y) - 1):
        return {"T": np.nan, "height": np.nan}
    a, b, c = np.polyfit(T - T.mean(), y, 2)
    return {"T": T.mean() - b / (2 * a), "height": c - b**2 / (4 * a)}
