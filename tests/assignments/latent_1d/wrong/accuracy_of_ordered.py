"""Of those called ordered, the share that is ordered: the precision, not the accuracy.

Loses: check_rule, test_classify, test_rule_on_codes
"""


def accuracy(predicted, labels):
    return float((labels[predicted == 1] == 1).mean())
