"""The centre is the mean of all codes, off the disordered cloud where one branch holds more.

Loses: test_rule
"""

import numpy as np


def fit_rule(coordinates, labels):
    centre = coordinates.mean(axis=0)
    distance = np.linalg.norm(coordinates - centre, axis=1)
    tried = np.sort(distance)
    right = [np.mean((distance > t) == (labels == 1)) for t in tried]
    return {"centre": centre, "threshold": tried[np.argmax(right)]}
