"""An answer that claims to equal both True and False.

Loses: test_statements_code, test_statements_phases
"""


class Both:
    def __eq__(self, other):
        return True


def statements():
    return dict.fromkeys("abcdefgh", Both())
