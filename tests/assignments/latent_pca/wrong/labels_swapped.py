"""Takes 0 for ordered when it judges the rule.

Loses: check_rule, test_rule
"""

import numpy as np


def rule_accuracy(rule, coordinates, labels):
    far = np.linalg.norm(coordinates - rule["centre"], axis=1) > rule["threshold"]
    return (far == (labels == 0)).mean()
