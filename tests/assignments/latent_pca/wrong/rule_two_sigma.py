"""The threshold is two standard deviations of the disordered cloud.

Loses: test_rule
"""

import numpy as np


def fit_rule(coordinates, labels):
    cloud = coordinates[labels == 0]
    centre = cloud.mean(axis=0)
    spread = np.sqrt(((cloud - centre) ** 2).sum(axis=1).mean())
    return {"centre": centre, "threshold": 2 * spread}
