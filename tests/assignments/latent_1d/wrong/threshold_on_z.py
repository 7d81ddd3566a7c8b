"""One threshold on z itself: ordered above it.

Loses: check_rule, test_classify, test_fit_rule, test_rule_on_codes
"""

import numpy as np


def classify(z, rule):
    return (z > rule["threshold"]).astype(int)


def fit_rule(z, labels):
    candidates = np.sort(z)
    shares = [np.mean((z > t) == (labels == 1)) for t in candidates]
    return {"z0": 0.0, "threshold": candidates[np.argmax(shares)]}
