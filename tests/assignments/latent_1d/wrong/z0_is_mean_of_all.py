"""z0 is the mean of all codes, off centre where one ordered branch holds more images.

Loses: test_fit_rule
"""

import numpy as np


def fit_rule(z, labels):
    distance = np.abs(z - z.mean())
    candidates = np.sort(distance)
    shares = [np.mean((distance > t) == (labels == 1)) for t in candidates]
    return {"z0": z.mean(), "threshold": candidates[np.argmax(shares)]}
