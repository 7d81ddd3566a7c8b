"""The threshold lies midway between the mean distances of the two phases.

Loses: test_rule
"""

import numpy as np


def fit_rule(coordinates, labels):
    centre = np.median(coordinates[labels == 0], axis=0)
    distance = np.linalg.norm(coordinates - centre, axis=1)
    threshold = (distance[labels == 0].mean() + distance[labels == 1].mean()) / 2
    return {"centre": centre, "threshold": threshold}
