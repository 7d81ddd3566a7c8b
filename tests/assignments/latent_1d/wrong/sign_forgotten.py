"""classify leaves out the absolute value.

Loses: check_rule, test_classify, test_rule_on_codes
"""


def classify(z, rule):
    return (z - rule["z0"] > rule["threshold"]).astype(int)
