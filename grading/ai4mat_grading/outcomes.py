"""Runs mutants of reference answers: which graded cells lose their points.

All other answers are those of ``base.py``. Cells run once up to the first that is graded, and each
mutant is given its place, and judged, in a copy of that process.
"""

import resource
import signal
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

from .corpus import read_answers
from .notebooks import asked_functions, graded_cells, submit
from .processes import LANES, forks
from .rehearsal import begin, cells_of, go_on, in_a_fork, leave_out
from .repository import read_source
from .slips import Answer

# Seconds and bytes that a mutant may take beyond the reference, for it may have no end.
MORE_SECONDS, MORE_BYTES = 2, 2**31


class Mutant(NamedTuple):
    """One mutant: the function's name, the change as it is shown, and the whole text."""

    function: str
    shown: str
    text: str


def mutants_of(name: str) -> list[Mutant]:
    """All mutants of a problem set's answers on which points depend, in order."""
    found, seen = [], set()
    for function, (text, cells) in cells_of_answers(name).items():
        source = Answer(text)
        for edit in source.edits() if cells else ():
            shown, number = source.shown(*edit), 1
            while (function, shown) in seen:  # the same line twice
                number += 1
                shown = f"{source.shown(*edit)} ({number})"
            seen.add((function, shown))
            found.append(Mutant(function, shown, source.edited(*edit)))
    return found


def cells_of_answers(name: str) -> dict[str, tuple[str, list[NotebookNode]]]:
    """Reference answers: {function: (text, graded cells with points that depend on it)}."""
    source, asked = read_source(name), asked_functions(read_source(name))
    points, base = graded_cells(source), read_answers(name, "right")["base"]
    found = {}
    for function, text in asked.items():
        notebook = submit(source, base.functions | {function: text}, [base.preamble])
        leave_out(notebook, {function})
        cells = [cell for cell in cells_of(notebook) if is_grade(cell) and points[id_of(cell)]]
        found[function] = text, cells
    return found


def id_of(cell: NotebookNode) -> str:
    """The grade_id of a graded cell."""
    return cell.metadata.nbgrader.grade_id


class TooLong(BaseException):
    """A cell takes longer than it may: no Exception, which an answer could catch."""


class Run(NamedTuple):
    """What became of an answer: cells that lost their points, and the seconds of each."""

    lost: list[str]
    seconds: dict[str, float]


def run(texts: list[str], cells: list[NotebookNode], limits: dict[str, float] | None = None) -> Run:
    """Run graded cells on answers, in a copy of a process in which `begin` has run the others.

    Parameters
    ----------
    texts : list of str
        The answers.
    cells : list of NotebookNode
        Graded cells.
    limits : dict of str to float, optional
        Seconds of a processor that each may take beyond those that any mutant may. After a cell
        that has taken longer no other is run. Where it is left out, there is no limit.
    """
    try:
        return in_a_fork(_run, texts, cells, limits)
    except RuntimeError:  # for want of memory, perhaps
        return Run([id_of(cell) for cell in cells[:1]], {})


def _run(texts, cells, limits):
    lost, seconds = [], {}
    if limits is not None:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 + MORE_BYTES
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    signal.signal(signal.SIGPROF, _ring)
    go_on([nbformat.v4.new_code_cell(text) for text in texts])
    for cell in cells:
        limit = 0 if limits is None else limits.get(id_of(cell), 0) + MORE_SECONDS
        begun = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, limit)
        errors = go_on([cell])
        signal.setitimer(signal.ITIMER_PROF, 0)
        seconds[id_of(cell)] = time.process_time() - begun
        lost += [id_of(cell)] if errors else []
        if errors and seconds[id_of(cell)] > limit > 0:
            break
    return Run(lost, seconds)


def _ring(number, frame):
    raise TooLong("the answer takes too long")


class Runner:
    """Runs mutants of one problem set, several at a time; a context manager."""

    def __init__(self, name: str, lanes: int = LANES):
        self.name, self.lanes = name, lanes
        self.answers = cells_of_answers(name)
        self._others = {}  # texts that a function's mutants need instead of those of base.py

    def __enter__(self) -> "Runner":
        source, base = read_source(self.name), read_answers(self.name, "right")["base"]
        notebook = submit(source, base.functions, [base.preamble])
        opening = [cell for cell in cells_of(notebook) if not is_grade(cell)]
        self._pool = ProcessPoolExecutor(
            self.lanes, forks(), initializer=begin, initargs=(opening,)
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def references(self, functions: Collection[str]) -> dict[str, Run]:
        """Run the references themselves, which lose nothing: {function: Run}.

        Where one does not fit the others of ``base.py``, as a model does not fit the functions
        that use it, it and its mutants are run among references.
        """
        runs = self._run_references(functions)
        alone = [function for function, one in runs.items() if one.lost]
        solution = cells_of(read_source(self.name))
        theirs = [cell.source for cell in solution if not is_grade(cell)]
        self._others |= dict.fromkeys(alone, theirs)
        return runs | self._run_references(alone)

    def _run_references(self, functions):
        waiting = {
            function: self._pool.submit(run, [*self._others.get(function, []), text], cells)
            for function, (text, cells) in self.answers.items()
            if function in functions
        }
        return {function: future.result() for function, future in waiting.items()}

    def lost(
        self, mutants: list[tuple[Mutant, Collection[str]]], limits: dict[str, dict[str, float]]
    ) -> Iterator[list[str]]:
        """Yield the graded cells that mutants lose.

        Parameters
        ----------
        mutants : list of (Mutant, collection of str)
            With the graded cells that are run.
        limits : dict of str to dict of str to float
            As `run` has them, for each function.
        """
        waiting = []
        for mutant, chosen in mutants:
            texts = [*self._others.get(mutant.function, []), mutant.text]
            cells = [cell for cell in self.answers[mutant.function][1] if id_of(cell) in chosen]
            limit = limits.get(mutant.function, {})
            waiting.append(self._pool.submit(run, texts, cells, limit))
        for future in waiting:
            yield future.result().lost
