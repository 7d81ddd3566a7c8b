"""Judges one submission: its own cells run in the sandbox, the test cells in this process.

First all cells of the student run, in order, and where a test stands a copy of their process is put
aside. Then each test runs here, with stand-ins for the functions of such a copy: those that
students can see first, the hidden ones after them. So a crash costs the test that caused it and no
other, and what a function learns from a hidden test can get into no output of another cell.
Whatever a student's code does, the judge comes to a verdict.
"""

import contextlib
import copy
import re
import signal
import time
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from . import shell as shells
from .messages import message_for
from .names import asked_names, cells_that_matter, definitions, used_names
from .rebuild import rebuild
from .records import Limits, Plan, Verdict
from .sandbox import ControlGroup
from .standins import (
    Broken,
    CellTimeoutError,
    Container,
    Heard,
    Process,
    StudentError,
    StudentProcessDied,
)
from .wire import clean

# Seconds that an interrupted cell may take to end, and that a copy of a process may take.
GRACE, COPYING = 5, 20
# What is kept of the outputs of a student's cell: no HTML and no formula, which could act as its
# reader (MathJax follows links).
SHOWN = {"text/plain", "image/png", "image/jpeg"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# Outputs of a notebook may be so many times as large as the text of one cell.
ALL_OUTPUTS = 200
# Notes on one submission; a notebook of thousands of cells could make as many.
MOST_NOTES = 100
# Where feedback finds what it says about a test.
MESSAGE = "ai4mat_grading_message"
GIVEN_UP = "the test could not be finished with what the functions returned"
_STUDENT = (StudentError, StudentProcessDied, CellTimeoutError)


@dataclass(frozen=True)
class Setting:
    """Where a submission is judged.

    Attributes
    ----------
    plain, opened : str
        Paths of the zygote's sockets.
    confined : bool
        Whether that is in the sandbox.
    folder : str
        An empty one for this submission alone.
    group : str
        A new name for its control group.
    """

    plain: str
    opened: str
    confined: bool
    folder: str
    group: str


def judge(
    raw: bytes,
    plan: Plan,
    limits: Limits,
    setting: Setting,
    points_only: bool = False,
    given_up: Set[str] = frozenset(),
    at: Callable[[str | None], None] = lambda test: None,
) -> Verdict:
    """Judge one notebook of a submission.

    Parameters
    ----------
    raw : bytes
        What was handed in.
    plan : Plan
        What it should be.
    limits : Limits
        What it may use.
    setting : Setting
        Where it runs.
    points_only : bool
        Leave out the student's cells on which no grade depends.
    given_up : set of str
        Tests that have ended a judge before: they give no points.
    at : callable
        Is told which test begins, and None when it has ended.

    Raises
    ------
    Broken
        If the sandbox fails, and only then.
    """
    rebuilt = rebuild(raw, plan)
    chosen = cells_that_matter(rebuilt.notebook, plan.lesson) if points_only else None
    with Home(setting, limits, _opening(rebuilt.notebook, plan)) as home:
        hearing = Hearing(rebuilt.notebook, plan, limits, home, chosen)
        hearing.run_own_cells()
        hearing.run_tests(given_up, at)
    verdict = _verdict(rebuilt.notebook, hearing)
    verdict.notes = _bounded(rebuilt.notes + verdict.notes)
    verdict.attention |= not rebuilt.readable or bool(given_up)
    return verdict


class Home:
    """Where the processes of a submission live.

    Parameters
    ----------
    setting : Setting
        Where that is.
    limits : Limits
        Of all processes together.
    opening : list of NotebookNode
        Cells of the submission that may have run before, for everyone.

    Attributes
    ----------
    opened : list of NotebookNode
        Cells that have run before.
    """

    def __init__(self, setting: Setting, limits: Limits, opening: list[NotebookNode]):
        self.opened, self._setting, self._limits = opening, setting, limits
        self._folder = Path("/tmp/work" if setting.confined else f"{setting.folder}/student")
        self._container: Container | None = None

    def __enter__(self) -> "Home":
        if not self._setting.confined:
            self._folder.mkdir()
        self._group = ControlGroup(self._setting.group, self._limits)
        return self

    def __exit__(self, *error: object) -> None:
        if self._container:
            self._container.end()
        self._group.remove()

    def begin(self) -> Process:
        """Start a student's process; those that were there before end."""
        if self._container:
            self._container.end()
        self._container = self._new()
        limited = self._group.add(self._container.pid)
        return self._container.begin(watched=not limited)

    def _new(self) -> Container:
        arguments = self._limits, self._setting.confined, str(self._folder)
        if self.opened:
            with contextlib.suppress(Broken):  # where the opening does not run for everyone
                return Container(self._setting.opened, *arguments)
        self.opened = []
        return Container(self._setting.plain, *arguments)


class Hearing:
    """The run of one notebook.

    Parameters
    ----------
    notebook : NotebookNode
        A rebuilt submission; it gets the outputs.
    plan, limits, home
        Of the submission.
    chosen : set of int, optional
        Positions of the student's cells that run, among all cells; all where there is none.

    Attributes
    ----------
    messages : dict of str to str
        For the student, of tests that failed.
    notes : list of str
        For the person who grades.
    seconds : dict of str to float
        Wall seconds by cell.
    cpu : float
        CPU seconds that the student's processes say they have used.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        plan: Plan,
        limits: Limits,
        home: Home,
        chosen: set[int] | None = None,
    ):
        self.notebook, self.limits, self._home, self._chosen = notebook, limits, home, chosen
        self.planned = {cell.name: cell for cell in plan.cells}
        self.messages: dict[str, str] = {}
        self.notes: list[str] = []
        self.seconds: dict[str, float] = {}
        self.cpu = 0.0
        self._asked = asked_names(plan)
        self._until = time.monotonic() + limits.total
        self._room = ALL_OUTPUTS * limits.output
        self._copies: dict[str, Process] = {}
        self._reduced: set[str] = set()  # cells that have ended their process

    # --- the student's cells -----------------------------------------------------------------

    def run_own_cells(self) -> None:
        """Run the student's cells; for each test keep a copy of their process."""
        try:
            self._begin()
        except _STUDENT as error:  # none of the student's code has run
            raise Broken(f"the sandbox has lost a new process: {error}") from None
        if self._home.opened:
            for cell, outputs in zip(self._home.opened, self._student.opening()):
                self._show(cell, outputs)
        self._run_all(self.notebook.cells)
        self.cpu += self._student.cpu
        self._student.end()

    def _begin(self) -> None:
        self._student = self._home.begin()
        self._latest = self._copy_of(self._student)
        self._done: list[NotebookNode] = []  # cells that have run,
        self._copied = 0  # of which so many had when the latest copy was made

    def _run_all(self, cells: list[NotebookNode]) -> None:
        opened = {cell.id for cell in self._home.opened}
        for position, cell in enumerate(cells):
            if cell.cell_type != "code":
                continue
            if _is_test(cell):
                self._keep_copy(_name(cell))
            elif cell.id not in opened and (self._chosen is None or position in self._chosen):
                with self._timed(cell):
                    self._run(cell)

    def _keep_copy(self, test: str) -> None:
        if len(self._done) > self._copied:
            with contextlib.suppress(*_STUDENT):
                self._latest, self._copied = self._copy_of(self._student), len(self._done)
        self._copies[test] = self._latest

    def _copy_of(self, process: Process) -> Process:
        left = max(1.0, self._until - time.monotonic())
        process.deadline = time.monotonic() + min(COPYING, left)
        return process.fork()

    def _run(self, cell: NotebookNode) -> None:
        if self._ran(cell):
            self._done.append(cell)
            return
        self.notes.append(f"{_label(cell)} ended its process: only what it defines counts")
        self._reduced.add(cell.id)
        done = [*self._done, cell]
        try:  # to go on from the latest copy
            self._student = self._copy_of(self._latest)
        except _STUDENT:  # which has been ended as well
            self._begin()
        del self._done[self._copied :]
        for earlier in done[self._copied :]:
            if self._ran(earlier):
                self._done.append(earlier)

    def _ran(self, cell: NotebookNode) -> bool:
        """Run a cell; return whether its process has lived through it."""
        began = time.monotonic()
        seconds = self._seconds_left()
        if seconds <= 0:
            self._show(cell, [shells.error_output(CellTimeoutError("no time was left for it"))])
            return self._student.alive
        self._student.deadline = began + seconds + GRACE
        source = definitions(cell.source) if cell.id in self._reduced else cell.source
        try:
            outputs = self._student.run_cell(source, seconds)
        except _STUDENT as error:
            outputs = [shells.error_output(error)]
        if cell.id not in self._reduced:
            self._show(cell, outputs)
        for output in cell.outputs:
            if output.get("ename") == "KeyboardInterrupt" and time.monotonic() - began >= seconds:
                output.update(ename="CellTimeoutError", evalue=f"longer than {seconds:.3g} s")
        return self._student.alive

    def _seconds_left(self) -> float:
        return min(self.limits.cell, self._until - time.monotonic())

    def _show(self, cell: NotebookNode, outputs: list) -> None:
        most = min(shells.PICTURES * self.limits.output, self._room)
        cell.outputs, size = shown(outputs, most)
        self._room -= size

    # --- the tests ---------------------------------------------------------------------------

    def run_tests(
        self,
        given_up: Set[str] = frozenset(),
        at: Callable[[str | None], None] = lambda test: None,
    ) -> None:
        """Run the tests, the hidden ones last.

        Parameters
        ----------
        given_up, at
            As `judge` has them.
        """
        tests = [cell for cell in self.notebook.cells if _is_test(cell)]
        names: set[str] = set()
        for cell in sorted(tests, key=lambda cell: self.planned[_name(cell)].hidden):
            # A test may call what earlier ones have defined, and so what those use.
            names |= used_names(cell.source) & self._asked
            with self._timed(cell):
                if _name(cell) in given_up:
                    self._ended(cell, StudentError(GIVEN_UP), Heard())
                else:
                    self._test(cell, names, at)

    def _test(self, cell: NotebookNode, names: set[str], at: Callable[[str | None], None]) -> None:
        try:
            process = self._process_for(cell)
        except _STUDENT as error:
            self._ended(cell, error, Heard())
            return
        seconds = max(0.01, self._seconds_left())
        process.deadline = time.monotonic() + seconds
        at(_name(cell))
        try:
            error, outputs = _outcome(process, cell.source, names, seconds, self.limits.output)
        except _STUDENT as raised:
            error, outputs = raised, None
        at(None)
        self.cpu += process.cpu
        process.end()
        if error is None:
            self._show_test(cell, outputs)
        else:
            self._ended(cell, error, process.heard, outputs)

    def _process_for(self, cell: NotebookNode) -> Process:
        """A copy of the student's process as it was where a test stands."""
        if self._seconds_left() <= 0:
            raise CellTimeoutError("no time was left for the test")
        with contextlib.suppress(*_STUDENT):
            return self._copy_of(self._copies[_name(cell)])
        # What ran before it has ended the copy for this one as well.
        self._run_again(cell)
        return self._copy_of(self._copies[_name(cell)])

    def _run_again(self, test: NotebookNode) -> None:
        """Run the cells before a test once more, in new processes, for copies that are lost."""
        earlier = self.notebook.cells[: self.notebook.cells.index(test) + 1]
        kept = self.notes, self.seconds, self._room
        self.notes, self.seconds = [], {}
        self._begin()
        self._run_all(copy.deepcopy(earlier))
        self._student.end()
        self.notes, self.seconds, self._room = kept
        self.notes.append(f"{_label(test)}: another had ended its process, and it ran once more")

    def _ended(
        self,
        cell: NotebookNode,
        error: BaseException,
        heard: Heard,
        outputs: list | None = None,
    ) -> None:
        """Note that a test gives no points."""
        self._show_test(cell, [shells.error_output(error)] if outputs is None else outputs)
        message = message_for(self.planned[_name(cell)], error, heard)
        self.messages[_name(cell)] = message
        cell.metadata[MESSAGE] = message

    @staticmethod
    def _show_test(cell: NotebookNode, outputs: list) -> None:
        # What a student's function writes to stderr costs no points.
        renamed = [o | {"name": "stdout"} if "name" in o else o for o in outputs]
        cell.outputs, _ = shown(renamed)

    @contextlib.contextmanager
    def _timed(self, cell: NotebookNode) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[_label(cell)] = time.monotonic() - began


def _outcome(
    process: Process, source: str, names: set[str], seconds: float, most: int
) -> tuple[BaseException | None, list]:
    """Run a test with the stand-ins for a process's functions; return its error and outputs."""
    shell = shells.make_shell()
    try:
        with _alarm(seconds + GRACE):
            shell.user_ns.update(process.look_up(sorted(names)))
            return shells.run_cell(shell, source, most)
    finally:
        for name in names:
            shell.user_ns.pop(name, None)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt a test that does not end by itself."""

    def ring(number: int, frame: object) -> None:
        raise CellTimeoutError("the test took too long")

    signal.signal(signal.SIGALRM, ring)
    # More than once: what it interrupts may have caught the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _opening(notebook: NotebookNode, plan: Plan) -> list[NotebookNode]:
    """The code cells before the first answer, if they are as they were released."""
    own = [cell for cell in notebook.cells if cell.cell_type == "code"][: len(plan.opening)]
    released = tuple(cell.source for cell in own) == plan.opening
    return own if released and not any(map(_is_test, own)) else []


# --- cells and outputs -----------------------------------------------------------------------


def _name(cell: NotebookNode) -> str:
    return cell.metadata.nbgrader.grade_id


def _label(cell: NotebookNode) -> str:
    return f"cell {_name(cell) if cell.metadata.get('nbgrader') else cell.id}"


def _is_test(cell: NotebookNode) -> bool:
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)


def shown(outputs: list, most: float = float("inf")) -> tuple[list[NotebookNode], int]:
    """Outputs as nbformat has them, of whatever a student's process has sent.

    Parameters
    ----------
    outputs : list
        What JSON can hold.
    most : float
        Characters that are kept.

    Returns
    -------
    outputs : list of NotebookNode
    size : int
        Characters of these.
    """
    kept: list[NotebookNode] = []
    size = 0
    for output in outputs[: shells.MOST_OUTPUTS + 2]:
        if isinstance(output, dict) and (one := _shown(output)):
            more = len(str(one))
            if size + more <= most:
                kept.append(one)
                size += more
    return kept, size


def _shown(output: dict) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        lines = [_text(line)[:4000] for line in lines[:100]] if type(lines) is list else []
        name, text = (_text(output.get(key))[:4000] for key in ("ename", "evalue"))
        return new_output("error", ename=name, evalue=text, traceback=lines)
    if kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
        data = {key: _text(value) for key, value in output["data"].items() if key in SHOWN}
        # Pages put pictures between quotation marks as they are.
        wrong = {k for k in data if k.startswith("image/") and not _BASE64.fullmatch(data[k])}
        return new_output(kind, {k: v for k, v in data.items() if k not in wrong})
    return None


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""


def _bounded(notes: list[str]) -> list[str]:
    more = len(notes) - MOST_NOTES
    return [*notes[:MOST_NOTES], f"and {more} more notes"] if more > 0 else notes


def _verdict(notebook: NotebookNode, hearing: Hearing) -> Verdict:
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    notes = list(hearing.notes)
    count = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
        if cell.metadata.get("nbgrader"):
            if is_grade(cell):
                scores[_name(cell)] = _points(cell, notes)
            if is_solution(cell) or is_task(cell):
                untouched = compute_checksum(cell) == cell.metadata.nbgrader.checksum
                comments[_name(cell)] = "No response." if untouched and not is_task(cell) else None
    return Verdict(
        notebook=nbformat.writes(notebook) + "\n",
        scores=scores,
        comments=comments,
        notes=notes,
        messages=hearing.messages,
        seconds=hearing.seconds,
        cpu=hearing.cpu,
    )


def _points(cell: NotebookNode, notes: list[str]) -> float | None:
    """Points by nbgrader's own rules; none where the value of a test is no number of points."""
    try:
        points, most = determine_grade(cell)
    except ValueError as error:
        notes.append(f"cell {_name(cell)}: {error}")
        return 0.0
    if points is None or 0 <= points <= most:
        return points
    notes.append(f"cell {_name(cell)}: its value is {points}, not from 0 to {most}")
    return 0.0
