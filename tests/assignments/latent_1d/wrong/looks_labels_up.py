"""classify knows only the notebook's own images: the label of the nearest code seen there.

Loses: check_rule, test_classify, test_rule_on_codes
"""

import numpy as np


def classify(z, rule):
    known = np.sort(globals()["z"])
    return globals()["labels"][np.searchsorted(known, z).clip(0, len(known) - 1)]
