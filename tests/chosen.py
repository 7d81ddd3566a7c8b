"""Which part of long tables a test run takes: every so many; with AI4MAT_ALL_ANSWERS=1 all.

The workflow takes all answers of a problem set, and each night all of everything.
"""

import os

ALL = os.environ.get("AI4MAT_ALL_ANSWERS") == "1"


def some(items, step, first=0):
    """Every so many of them, beginning with number `first`."""
    return list(items) if ALL else list(items)[first::step]
