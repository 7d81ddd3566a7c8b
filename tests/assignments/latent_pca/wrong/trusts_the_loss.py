"""Takes the lower of two losses for the better model, whatever they count.

Loses: test_statements_numbers
"""


def statements():
    return dict(a=False, b=True, c=False, d=True, e=True, f=False, g=True, h=True)
