"""The rule is fitted again to the codes on which it is to be judged.

Loses: check_rule, test_rule
"""

import numpy as np


def rule_accuracy(rule, coordinates, labels):
    rule = fit_rule(coordinates, labels)
    far = np.linalg.norm(coordinates - rule["centre"], axis=1) > rule["threshold"]
    return (far == (labels == 1)).mean()
