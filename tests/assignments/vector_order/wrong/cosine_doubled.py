"""Twice the cosine in place of the cosine of twice the angle.

Loses: check_features, test_features, test_together
"""

import numpy as np


def features(angles, kind):
    x, y = np.cos(angles), np.sin(angles)
    channels = {
        "raw": [x, y],
        "doubled": [2 * x, 2 * y],
        "products": [x * x, x * y, y * x, y * y],
    }
    return np.stack(channels[kind], axis=1)
