"""Takes over from the chapter that one threshold on z does no better than a coin.

Loses: test_statements_phases
"""


def statements():
    return dict(a=False, b=True, c=False, d=True, e=True, f=True, g=False, h=True)
