"""Each of the two names gives the other one's features.

Loses: check_features, test_features, test_together
"""

import numpy as np


def features(angles, kind):
    x, y = np.cos(angles), np.sin(angles)
    channels = {
        "doubled": [x, y],
        "raw": [np.cos(2 * angles), np.sin(2 * angles)],
        "products": [x * x, x * y, y * x, y * y],
    }
    return np.stack(channels[kind], axis=1)
