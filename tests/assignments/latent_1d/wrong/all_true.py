"""Every statement is true.

Loses: test_statements_code, test_statements_phases
"""


def statements():
    return dict.fromkeys("abcdefgh", True)
