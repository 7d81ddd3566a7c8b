"""What is noted while one notebook is judged."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from nbformat import NotebookNode

from .rebuild import label_of


@dataclass
class Log:
    """What is noted while one notebook is judged.

    Attributes
    ----------
    until : float
        When its time is up, on the clock of `time.monotonic`.
    notes : list of str
        For the person who grades.
    attention : bool
        Whether a person must look.
    seconds : dict of str to float
        Wall seconds by cell.
    cpu : float
        CPU seconds that the student's processes say they have used.
    """

    until: float
    notes: list[str] = field(default_factory=list)
    attention: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0

    def need_a_person(self, cell: NotebookNode, note: str) -> None:
        """Note what a person must look at."""
        self.notes.append(f"{label_of(cell)} {note}")
        self.attention = True

    def left(self, most: float) -> float:
        """Seconds that are left, and no more than `most`."""
        return min(most, self.until - time.monotonic())

    @contextlib.contextmanager
    def timed(self, cell: NotebookNode) -> Iterator[None]:
        """Note how long a cell takes."""
        began = time.monotonic()
        yield
        self.seconds[label_of(cell)] = time.monotonic() - began
