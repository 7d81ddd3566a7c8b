"""Speed against peers, as ratios in one run. Nothing here is a test, and no test is timed."""

from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table: median seconds of both sides, and the ratio that we aim for."""

    name: str
    ours: float
    peer: float
    goal: float
    remark: str = ""
