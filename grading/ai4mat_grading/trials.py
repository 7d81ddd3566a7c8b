"""Runs the test cells in this process, each with stand-ins for what the student has written."""

import contextlib
import signal
import time
from collections.abc import Callable, Iterator, Set

from nbformat import NotebookNode

from . import shell as shells
from .failures import STUDENT, CellTimeoutError, StudentError
from .heard import Heard
from .log import Log
from .messages import message_for
from .names import asked_names, used_names
from .outputs import shown
from .own_cells import GRACE, OwnCells
from .rebuild import is_test, name_of
from .records import MESSAGE, Limits, Plan
from .student import Process

GIVEN_UP = "the test could not be finished with what the functions returned"


class Trials:
    """The tests of one notebook, those that students can see first, the hidden ones after them.

    Parameters
    ----------
    own : OwnCells
        Which have run.
    plan : Plan
        Of the notebook.
    limits : Limits
        Of the submission.
    log : Log
        Where it is noted what happens.

    Attributes
    ----------
    messages : dict of str to str
        For the student, of tests that failed.
    """

    def __init__(self, own: OwnCells, plan: Plan, limits: Limits, log: Log):
        self.messages: dict[str, str] = {}
        self._own, self._limits, self._log = own, limits, log
        self._planned = {cell.name: cell for cell in plan.cells}
        self._asked = asked_names(plan)

    def run(self, given_up: Set[str], at: Callable[[str | None], None]) -> None:
        """Run the tests.

        Parameters
        ----------
        given_up, at
            As `judge.judge` has them.
        """
        tests = [cell for cell in self._own.notebook.cells if is_test(cell)]
        names: set[str] = set()
        for cell in sorted(tests, key=lambda cell: self._planned[name_of(cell)].hidden):
            # A test may call what earlier ones have defined, and so what those use.
            names |= used_names(cell.source) & self._asked
            with self._log.timed(cell):
                if name_of(cell) in given_up:
                    self._log.need_a_person(cell, "was given up: it has ended a judge")
                    self._failed(cell, StudentError(GIVEN_UP), Heard())
                else:
                    self._run(cell, names, at)

    def _run(self, cell: NotebookNode, names: set[str], at: Callable[[str | None], None]) -> None:
        try:
            process = self._own.process_for(cell)
        except STUDENT as error:
            self._log.need_a_person(cell, "had no process left")
            self._failed(cell, error, Heard())
            return
        seconds = max(0.01, self._log.left(self._limits.cell))
        process.deadline = time.monotonic() + seconds
        at(name_of(cell))
        try:
            error, outputs = _outcome(process, cell.source, names, seconds, self._limits.output)
        except STUDENT as raised:
            error, outputs = raised, [shells.error_output(raised)]
        at(None)
        self._log.cpu += process.cpu
        if isinstance(error, CellTimeoutError):
            self._log.need_a_person(cell, "took too long: its process was ended")
        elif not process.alive:
            self._log.need_a_person(cell, "has lost its process: a function has ended it")
        process.end()
        # What a student's function writes to stderr costs no points.
        renamed = [o | {"name": "stdout"} if "name" in o else o for o in outputs]
        cell.outputs, _ = shown(renamed)
        if error is not None:
            self._failed(cell, error, process.heard)

    def _failed(self, cell: NotebookNode, error: BaseException, heard: Heard) -> None:
        """Note that a test gives no points."""
        if not cell.outputs:
            cell.outputs, _ = shown([shells.error_output(error)])
        message = message_for(self._planned[name_of(cell)], error, heard, self._asked)
        self.messages[name_of(cell)] = message
        cell.metadata[MESSAGE] = message


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
