"""Every image gets the code 0.

Loses: test_codes, check_reconstruction, test_reconstruction, test_rule_on_codes,
test_relation_on_codes
"""

import numpy as np


def encode(model, images):
    return np.zeros(len(images))
