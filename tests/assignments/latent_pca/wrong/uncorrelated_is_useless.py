"""Takes components without a correlation with m to say nothing about the phase.

Loses: test_statements_codes
"""


def statements():
    return dict(a=False, b=True, c=True, d=True, e=True, f=True, g=False, h=True)
