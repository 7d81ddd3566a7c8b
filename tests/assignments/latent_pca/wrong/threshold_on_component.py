"""One threshold on the first component itself, not on a distance.

Loses: check_rule, test_rule
"""


def rule_accuracy(rule, coordinates, labels):
    return ((coordinates[:, 0] > rule["threshold"]) == (labels == 1)).mean()
