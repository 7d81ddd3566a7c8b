"""Ordered near the centre instead of far from it.

Loses: check_rule, test_classify, test_rule_on_codes
"""

import numpy as np


def classify(z, rule):
    return (np.abs(z - rule["z0"]) <= rule["threshold"]).astype(int)
