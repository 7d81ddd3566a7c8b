"""Checks of arguments that modules share; a check that one module needs is in that module."""

from numbers import Integral


def checked_integer(name, value, least, others=""):
    """Return `value` as an int, or raise a ValueError.

    The message names the argument, what it must be (`others` lists what would do besides an
    integer of at least `least`) and what came.
    """
    # True is an integer to Python, but it does not count anything.
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be {others}an integer of at least {least}, got {value!r}")
    return int(value)
