"""Takes for granted that the codes are centred at 0.

Loses: check_rule, test_fit_rule
"""

import numpy as np


def fit_rule(z, labels):
    candidates = np.sort(np.abs(z))
    shares = [np.mean((np.abs(z) > t) == (labels == 1)) for t in candidates]
    return {"z0": 0.0, "threshold": candidates[np.argmax(shares)]}
