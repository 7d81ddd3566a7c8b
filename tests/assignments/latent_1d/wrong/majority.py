"""Everything is called by the name of the more frequent phase.

Loses: check_rule, test_fit_rule, test_rule_on_codes
"""

import numpy as np


def fit_rule(z, labels):
    return {"z0": z.mean(), "threshold": -1.0 if labels.mean() > 0.5 else 2 * np.ptp(z)}
