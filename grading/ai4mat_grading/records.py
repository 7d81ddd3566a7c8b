"""What passes between the rooms of this package: plain records, made and read by trusted code."""

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

MIB = 1 << 20
# Where a graded notebook keeps what a student is told about a test, in the metadata of its cell.
MESSAGE = "ai4mat_grading_message"
# Notes of one submission, and characters of one note.
MOST_NOTES, LONGEST_NOTE = 100, 500
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@dataclass(frozen=True)
class PlannedCell:
    """A cell of a problem set that nbgrader knows, as the instructor wrote it.

    Attributes
    ----------
    name : str
        Its grade_id.
    kind : {"code", "markdown", "raw"}
        Type of the cell.
    source : str
        With hidden tests, without solutions.
    locked, grade, solution, task : bool
        nbgrader's roles.
    points : float or None
        Points possible, where it is graded.
    checksum : str or None
        nbgrader's, of the cell as released.
    hidden : bool
        Whether it holds hidden tests.
    """

    name: str
    kind: str
    source: str
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None
    checksum: str | None
    hidden: bool

    @property
    def is_test(self) -> bool:
        """Whether the judge runs it, and its outcome gives points."""
        return self.kind == "code" and self.grade and not self.solution


@dataclass(frozen=True)
class Plan:
    """One notebook of a problem set: all that its grading depends on beside the submission.

    Attributes
    ----------
    assignment, notebook : str
        Names; the notebook's without its suffix.
    cells : tuple of PlannedCell
        In order.
    kernelspec : dict
        As nbformat has it.
    lesson : tuple of str
        Sources of the released cells that nbgrader does not know, in order.
    opening : tuple of str
        Sources of the released code cells before the first answer: the same for everyone who has
        not changed them, so that they need to run once only.
    """

    assignment: str
    notebook: str
    cells: tuple[PlannedCell, ...]
    kernelspec: dict[str, str] = field(default_factory=lambda: dict(KERNEL))
    lesson: tuple[str, ...] = ()
    opening: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Hash of everything in it."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    Attributes
    ----------
    cell, total : float
        Wall seconds of one cell, and of the whole submission.
    cpu : int
        CPU seconds of one process.
    memory, disk, answer : int
        Bytes: of all its processes, of files, of one value that a function returns.
    processes : int
        Processes and threads at a time.
    output : int
        Characters of text that a cell may print.
    """

    cell: float = 600
    total: float = 3600
    cpu: int = 3600
    memory: int = 4096 * MIB
    disk: int = 256 * MIB
    answer: int = 256 * MIB
    processes: int = 64
    output: int = 200_000


@dataclass
class Verdict:
    """What became of one notebook of a submission.

    Attributes
    ----------
    notebook : str
        The graded notebook, as JSON: rebuilt, with the outputs of this run.
    scores : dict of str to float or None
        Points that each graded cell got by itself; None where a person must decide.
    comments : dict of str to str or None
        nbgrader's automatic comment on each answer ("No response.").
    notes : list of str
        What the person who grades should know, such as "cell x was missing: put back".
    messages : dict of str to str
        For the student: why each graded cell lost points. They quote no hidden test, and of what
        a student's function said to a hidden test nothing.
    attention : bool
        Whether a person must look: the notebook could not be read, a process was lost or ended.
    seconds : dict of str to float
        Wall seconds by cell; for the log only, as they differ from run to run.
    cpu : float
        CPU seconds of all processes together; for the log only.
    """

    notebook: str
    scores: dict[str, float | None]
    comments: dict[str, str | None]
    notes: list[str] = field(default_factory=list)
    messages: dict[str, str] = field(default_factory=dict)
    attention: bool = False
    seconds: dict[str, float] = field(default_factory=dict)
    cpu: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The record as JSON can hold it."""
        return dataclasses.asdict(self)


def bounded(notes: list[str]) -> list[str]:
    """The first notes of a submission, cut where they are long, and how many more there are.

    Names in them come from students, so what cannot be printed is replaced: notes go to terminals,
    and each is one line.
    """
    plain = [printable(note[:LONGEST_NOTE]) for note in notes[:MOST_NOTES]]
    more = len(notes) - len(plain)
    return [*plain, f"and {more} notes more"] if more else plain


def printable(text: str, but: str = "") -> str:
    """Text without signs that steer terminals or pages, except for those in `but`."""
    return "".join(c if c.isprintable() or c in but else "\ufffd" for c in text)
