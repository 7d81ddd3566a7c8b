"""The threshold splits the codes into two halves, as if half of them were ordered.

Loses: test_fit_rule
"""

import numpy as np


def fit_rule(z, labels):
    z0 = np.median(z[labels == 0])
    return {"z0": z0, "threshold": np.median(np.abs(z - z0))}
