"""Speed against peers, as ratios in one run. Nothing here is a test, and no test is timed."""

import os
import statistics
from typing import NamedTuple

# Progress bars would tear the table apart; the processes that are timed inherit this.
os.environ["AI4MAT_PROGRESS"] = "0"


class Row(NamedTuple):
    """One line of the table: what both sides measured, and the ratio that we aim for."""

    name: str
    ours: float
    peer: float
    goal: float
    unit: str = "s"
    remark: str = ""

    @property
    def ratio(self):
        """How many times faster we are; the unit tells seconds from a rate."""
        return self.peer / self.ours if self.unit == "s" else self.ours / self.peer


def in_turn(*measure, repetitions=5):
    """Median of each measurement, all taken in turn so that a busy machine slows them alike."""
    rounds = [[side() for side in measure] for _ in range(repetitions)]
    return [statistics.median(values) for values in zip(*rounds)]
