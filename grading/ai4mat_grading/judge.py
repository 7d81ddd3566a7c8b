"""Judges one submission: its own cells run in the sandbox, the test cells in this process.

First all cells of the student run, in order, and where a test stands a copy of their process is put
aside. Then each test runs here, with stand-ins for the functions of such a copy: those that
students can see first, the hidden ones after them. So a crash costs the test that caused it and no
other, and what a function learns from a hidden test can get into no output of another cell.
"""

import contextlib
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from . import shell as shells
from .messages import message_for
from .names import cells_that_matter, defined_names, free_names
from .rebuild import rebuild
from .records import Limits, Plan, Verdict
from .sandbox import ControlGroup
from .standins import Broken, CellTimeoutError, Container, Process, StudentError, StudentProcessDied
from .wire import clean

# Seconds that an interrupted cell may take to end, and that a copy of a process may take.
GRACE, COPYING = 5, 60
# What is kept of the outputs of a student's cell: no HTML, which could act as its reader.
SHOWN = {"text/plain", "image/png", "image/jpeg", "text/latex"}
# Where feedback finds what it says about a test.
MESSAGE = "ai4mat_grading_message"
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
    raw: bytes, plan: Plan, limits: Limits, setting: Setting, points_only: bool = False
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

    Raises
    ------
    Broken
        If the sandbox fails, and only then.
    """
    rebuilt = rebuild(raw, plan)
    chosen = cells_that_matter(rebuilt.notebook, plan.lesson) if points_only else None
    group = ControlGroup(setting.group, limits)
    folder = "/tmp/work" if setting.confined else setting.folder
    opened = _opening(rebuilt.notebook, plan)
    container = None
    if opened:
        with contextlib.suppress(Broken):  # where the opening does not run for everyone
            container = Container(setting.opened, limits, setting.confined, folder)
    if container is None:
        opened = []
        container = Container(setting.plain, limits, setting.confined, folder)
    try:
        group.add(container.pid)
        hearing = Hearing(rebuilt.notebook, plan, limits, container)
        hearing.take_outputs(opened)
        hearing.run_own_cells(chosen)
        hearing.run_tests()
    finally:
        container.end()
        group.remove()
    verdict = _verdict(rebuilt.notebook, hearing)
    verdict.notes = rebuilt.notes + verdict.notes
    verdict.attention |= not rebuilt.readable
    return verdict


class Hearing:
    """The run of one notebook.

    Parameters
    ----------
    notebook : NotebookNode
        A rebuilt submission; it gets the outputs.
    plan, limits, container
        Of the submission.

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

    def __init__(self, notebook: NotebookNode, plan: Plan, limits: Limits, container: Container):
        self.notebook, self.limits = notebook, limits
        self.planned = {cell.name: cell for cell in plan.cells}
        self.messages: dict[str, str] = {}
        self.notes: list[str] = []
        self.seconds: dict[str, float] = {}
        self.cpu = 0.0
        self._until = time.monotonic() + limits.total
        self._student = container.begin()
        self._latest = self._copy_of(self._student)
        self._since: list[NotebookNode] = []  # what has run after the latest copy
        self._copies: dict[str, Process] = {}

    # --- the student's cells -----------------------------------------------------------------

    def take_outputs(self, opened: list[NotebookNode]) -> None:
        """Give cells that have run already their outputs."""
        self._opened = {cell.id for cell in opened}
        if opened:
            for cell, outputs in zip(opened, self._student.opening()):
                cell.outputs = shown(outputs)

    def run_own_cells(self, chosen: set[int] | None) -> None:
        """Run the student's cells; for each test keep a copy of their process.

        Parameters
        ----------
        chosen : set of int, optional
            Positions of the cells that run, among all cells; all where there is none.
        """
        for position, cell in enumerate(self.notebook.cells):
            if cell.cell_type != "code":
                continue
            if _is_test(cell):
                self._keep_copy(_name(cell))
            elif cell.id not in self._opened and (chosen is None or position in chosen):
                with self._timed(cell):
                    self._run(cell)
        self.cpu += self._student.cpu
        self._student.end()

    def _keep_copy(self, test: str) -> None:
        if self._since:
            with contextlib.suppress(*_STUDENT):
                self._latest, self._since = self._copy_of(self._student), []
        self._copies[test] = self._latest

    @staticmethod
    def _copy_of(process: Process) -> Process:
        process.deadline = time.monotonic() + COPYING
        return process.fork()

    def _run(self, cell: NotebookNode) -> None:
        if self._ran(cell):
            self._since.append(cell)
            return
        self.notes.append(f"{_label(cell)} ended its process: the others ran without it")
        # Go on from the latest copy, and make up for what has run since.
        waiting, self._since = self._since, []
        with contextlib.suppress(*_STUDENT):
            self._student = self._copy_of(self._latest)
            for earlier in waiting:
                if self._ran(earlier):
                    self._since.append(earlier)

    def _ran(self, cell: NotebookNode) -> bool:
        """Run a cell; return whether its process has lived through it."""
        began, seconds = time.monotonic(), self._seconds_left()
        self._student.deadline = began + seconds + GRACE
        try:
            cell.outputs = shown(self._student.run_cell(cell.source, seconds))
        except _STUDENT as error:
            cell.outputs = [new_output(**shells.error_output(error))]
        for output in cell.outputs:
            if output.get("ename") == "KeyboardInterrupt" and time.monotonic() - began >= seconds:
                output.update(ename="CellTimeoutError", evalue=f"longer than {seconds:.3g} s")
        return self._student.alive

    def _seconds_left(self) -> float:
        return max(0.01, min(self.limits.cell, self._until - time.monotonic()))

    # --- the tests ---------------------------------------------------------------------------

    def run_tests(self) -> None:
        """Run the tests, the hidden ones last."""
        tests = [cell for cell in self.notebook.cells if _is_test(cell)]
        known: set[str] = set()
        for cell in sorted(tests, key=lambda cell: self.planned[_name(cell)].hidden):
            with self._timed(cell):
                self._test(cell, free_names(cell.source) - known)
            known |= defined_names(cell.source)

    def _test(self, cell: NotebookNode, names: set[str]) -> None:
        shell, texts = shells.Shell.instance(), set()
        error: BaseException | None = None
        try:
            process = self._copy_of(self._copies[_name(cell)])
            seconds = self._seconds_left()
            process.deadline = time.monotonic() + seconds
            try:
                shell.user_ns.update(process.look_up(sorted(names)))
                with _alarm(seconds + GRACE):
                    error, outputs = shells.run_cell(shell, cell.source, self.limits.output)
            finally:
                for name in names:
                    shell.user_ns.pop(name, None)
                texts, self.cpu = process.texts, self.cpu + process.cpu
                process.end()
        except _STUDENT as raised:
            error, outputs = raised, [shells.error_output(raised)]
        # What a student's function writes to stderr costs no points.
        cell.outputs = shown(
            [output | {"name": "stdout"} if "name" in output else output for output in outputs]
        )
        if error is not None:
            message = message_for(self.planned[_name(cell)], error, texts)
            self.messages[_name(cell)] = message
            cell.metadata[MESSAGE] = message

    @contextlib.contextmanager
    def _timed(self, cell: NotebookNode) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.seconds[_label(cell)] = time.monotonic() - began


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Interrupt a test that does not end by itself."""

    def ring(number: int, frame: object) -> None:
        raise CellTimeoutError("the test took too long")

    signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
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


def shown(outputs: list) -> list[NotebookNode]:
    """Outputs as nbformat has them, of whatever a student's process has sent."""
    kept = []
    for output in outputs[: shells.MOST_OUTPUTS + 1]:
        if isinstance(output, dict) and (one := _shown(output)):
            kept.append(one)
    return kept


def _shown(output: dict) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=clean(str(output.get("text"))))
    if kind == "error":
        lines = output.get("traceback")
        lines = [clean(str(line)) for line in lines[:100]] if isinstance(lines, list) else []
        name, text = (clean(str(output.get(key)))[:4000] for key in ("ename", "evalue"))
        return new_output("error", ename=name, evalue=text, traceback=lines)
    if kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
        data = output["data"].items()
        return new_output(kind, {k: clean(v) for k, v in data if k in SHOWN and type(v) is str})
    return None


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
