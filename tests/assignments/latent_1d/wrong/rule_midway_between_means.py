"""The threshold lies midway between the mean distances of the two phases.

Loses: test_fit_rule
"""

import numpy as np


def fit_rule(z, labels):
    z0 = np.median(z[labels == 0])
    distance = np.abs(z - z0)
    threshold = (distance[labels == 0].mean() + distance[labels == 1].mean()) / 2
    return {"z0": z0, "threshold": threshold}
