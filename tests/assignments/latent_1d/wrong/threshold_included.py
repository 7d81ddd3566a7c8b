"""A code exactly at the threshold counts as ordered.

Loses: test_classify
"""

import numpy as np


def classify(z, rule):
    return np.where(np.abs(z - rule["z0"]) >= rule["threshold"], 1, 0)
