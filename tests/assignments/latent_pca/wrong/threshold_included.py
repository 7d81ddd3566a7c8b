"""A code exactly at the threshold counts as ordered.

Loses: check_rule
"""

import numpy as np


def rule_accuracy(rule, coordinates, labels):
    far = np.linalg.norm(coordinates - rule["centre"], axis=1) >= rule["threshold"]
    return np.mean(far == labels)
