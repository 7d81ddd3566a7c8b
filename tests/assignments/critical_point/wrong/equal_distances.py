"""The formula for equally distant points.

Loses: check_peak, test_peak
"""

import numpy as np


def peak(T, y):
    i = np.argmax(y)
    if i in (0, len(y) - 1):
        return {"T": np.nan, "height": np.nan}
    left, middle, right = y[i - 1 : i + 2]
    shift = (left - right) / (2 * (left - 2 * middle + right))
    step = (T[i + 1] - T[i - 1]) / 2
    return {"T": T[i] + shift * step, "height": middle - (left - right) * shift / 4}
