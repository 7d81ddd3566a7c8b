"""Folds the angles first, so that the raw arrows of all rods point up.

Loses: check_features, test_features, test_together
"""

import numpy as np


def features(angles, kind):
    x, y = np.cos(angles % np.pi), np.sin(angles % np.pi)
    channels = {
        "raw": [x, y],
        "doubled": [x * x - y * y, 2 * x * y],
        "products": [x * x, x * y, y * x, y * y],
    }
    return np.stack(channels[kind], axis=1)
