"""Believes that the bend drops out wherever it is, and that errors say everything.

Loses: test_statements
"""


def statements():
    return {"a": False, "b": True, "c": False, "d": False, "e": True, "f": True}
