"""Checks of arguments that modules share; those of `exact` and `observables` are in them."""

from numbers import Integral


def checked_integer(name, value, least, others=""):
    """`value` as an int, or a ValueError that names it, and `others` that would have done."""
    # True counts as an integer in Python, but it is no number of anything.
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be {others}an integer of at least {least}, got {value!r}")
    return int(value)
