""""abs_m" and "distance" are taken with m where |m| was asked for.

Loses: test_relate
"""

import numpy as np


def relate(coordinates, m):
    distance = np.abs(coordinates - np.median(coordinates, axis=0))
    with_m = [np.corrcoef(c, m)[0, 1] for c in coordinates.T]
    return {
        "m": with_m,
        "abs_m": with_m,
        "distance": [np.corrcoef(c, m)[0, 1] for c in distance.T],
    }
