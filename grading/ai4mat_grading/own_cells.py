"""Runs the student's cells, and keeps a copy of their process where each test stands."""

import contextlib
import copy
import time

from nbformat import NotebookNode

from . import shell as shells
from .failures import STUDENT, CellTimeoutError
from .home import Home
from .log import Log
from .names import definitions
from .outputs import shown
from .rebuild import is_test, name_of
from .records import Limits
from .student import Process

# Seconds that an interrupted cell may take to end, and that a copy of a process may take.
GRACE, COPYING = 5, 20
# Outputs of a notebook may be so many times as large as the text of one cell.
ALL_OUTPUTS = 200


class OwnCells:
    """The run of all cells of a notebook that are no tests.

    A cell that ends its process counts with what it defines, if that can run without harm: the
    cells since the latest copy run once more, in a copy of that.

    Parameters
    ----------
    notebook : NotebookNode
        A rebuilt submission; its cells get their outputs.
    home : Home
        Where processes live.
    limits : Limits
        Of the submission.
    log : Log
        Where it is noted what happens.
    chosen : set of int, optional
        Positions of the cells that run, among all cells; all where there is none.
    """

    def __init__(
        self,
        notebook: NotebookNode,
        home: Home,
        limits: Limits,
        log: Log,
        chosen: set[int] | None = None,
    ):
        self.notebook, self.limits, self.log = notebook, limits, log
        self._home, self._chosen = home, chosen
        self._room = ALL_OUTPUTS * limits.output
        self._copies: dict[str, Process] = {}
        self._reduced: set[str] = set()  # cells that have ended their process

    def run(self) -> None:
        """Run the cells; for each test keep a copy of their process."""
        self._begin()
        if self._home.opened:
            for cell, outputs in zip(self._home.opened, self._process.opening()):
                self._show(cell, outputs)
        self._run_all(self.notebook.cells)

    def process_for(self, test: NotebookNode) -> Process:
        """Return a process as it was where a test stands, for that test alone.

        Raises
        ------
        StudentProcessDied, CellTimeoutError
            If there can be none any more.
        """
        if self.log.left(self.limits.cell) <= 0:
            raise CellTimeoutError("no time was left for the test")
        with contextlib.suppress(*STUDENT):
            return self._take_copy(test)
        # What ran before it has ended the copy for this one as well.
        self.log.need_a_person(test, "ran on a second run: another test has ended its process")
        self._run_again(test)
        return self._take_copy(test)

    # --- processes ---------------------------------------------------------------------------

    def _begin(self) -> None:
        self._process, self._latest = self._home.begin()
        self._done: list[NotebookNode] = []  # cells that have run,
        self._copied = 0  # of which so many had when the latest copy was made

    def _copy_of(self, process: Process) -> Process:
        process.deadline = time.monotonic() + max(1.0, self.log.left(COPYING))
        return process.fork()

    def _take_copy(self, test: NotebookNode) -> Process:
        """Return the copy that was put aside for a test, or one of it if other tests need it."""
        kept = self._copies.pop(name_of(test))
        if kept in self._copies.values():
            return self._copy_of(kept)
        kept.deadline = time.monotonic() + max(1.0, self.log.left(COPYING))
        kept.wait_for_an_answer()  # it may have been ended
        return kept

    def _keep_copy(self, test: NotebookNode) -> None:
        if len(self._done) > self._copied:
            try:
                self._latest, self._copied = self._copy_of(self._process), len(self._done)
            except STUDENT:
                self.log.need_a_person(test, "knows no cell since the test before: no process more")
        self._copies[name_of(test)] = self._latest

    def _run_again(self, test: NotebookNode) -> None:
        """Run the cells before a test once more, in new processes, for copies that are lost."""
        earlier = self.notebook.cells[: self.notebook.cells.index(test) + 1]
        kept, self.log = self.log, Log(self.log.until)
        room = self._room
        self._begin()
        self._run_all(copy.deepcopy(earlier))
        self.log, self._room = kept, room

    # --- cells -------------------------------------------------------------------------------

    def _run_all(self, cells: list[NotebookNode]) -> None:
        opened = {cell.id for cell in self._home.opened}
        for position, cell in enumerate(cells):
            if cell.cell_type != "code":
                continue
            if is_test(cell):
                self._keep_copy(cell)
            elif cell.id not in opened and (self._chosen is None or position in self._chosen):
                with self.log.timed(cell):
                    self._run(cell)
        self.log.cpu += self._process.cpu
        self._process.end()

    def _run(self, cell: NotebookNode) -> None:
        if self._ran(cell):
            self._done.append(cell)
            return
        self.log.need_a_person(cell, "ended its process: only what it defines counts")
        self._reduced.add(cell.id)
        done = self._done
        self._replay([*done, cell]) or self._replay(done) or self._replay([])

    def _replay(self, cells: list[NotebookNode]) -> bool:
        """Run cells again from the latest copy on; return whether the process has lived."""
        try:
            self._process = self._copy_of(self._latest)
        except STUDENT:  # the copy has been ended as well
            self._begin()
        self._done = cells[: self._copied]
        for cell in cells[self._copied :]:
            if not self._ran(cell):
                return False
            self._done.append(cell)
        return True

    def _ran(self, cell: NotebookNode) -> bool:
        """Run a cell; return whether its process has lived through it."""
        began, seconds = time.monotonic(), self.log.left(self.limits.cell)
        if seconds <= 0:
            self._show(cell, [shells.error_output(CellTimeoutError("no time was left for it"))])
            return self._process.alive
        self._process.deadline = began + seconds + GRACE
        source = definitions(cell.source) if cell.id in self._reduced else cell.source
        try:
            outputs = self._process.run_cell(source, seconds)
        except STUDENT as error:
            outputs = [shells.error_output(error)]
        if cell.id not in self._reduced:
            self._show(cell, outputs)
        for output in cell.outputs:
            if output.get("ename") == "KeyboardInterrupt" and time.monotonic() - began >= seconds:
                output.update(ename="CellTimeoutError", evalue=f"longer than {seconds:.3g} s")
        return self._process.alive

    def _show(self, cell: NotebookNode, outputs: list) -> None:
        most = min(shells.PICTURES * self.limits.output, self._room)
        cell.outputs, size = shown(outputs, most)
        self._room -= size
