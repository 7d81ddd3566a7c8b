"""Which part of long tables a test run takes: every so many; with AI4MAT_ALL_TESTS=1 all.

The workflow takes all answers of a problem set, and each night all of everything.
"""

import os

ALL = os.environ.get("AI4MAT_ALL_TESTS") == "1"


def some(items, step):
    """Every so many of them, beginning with the first."""
    return list(items)[:: 1 if ALL else step]
