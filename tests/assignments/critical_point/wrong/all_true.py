"""All true.

Loses: test_statements
"""


def statements():
    return dict.fromkeys("abcdef", True)
