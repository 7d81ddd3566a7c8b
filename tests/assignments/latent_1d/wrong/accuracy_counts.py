"""The number of labels that are right, not their share.

Loses: check_rule, test_classify, test_rule_on_codes
"""


def accuracy(predicted, labels):
    return int((predicted == labels).sum())
