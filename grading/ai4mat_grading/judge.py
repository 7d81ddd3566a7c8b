"""Judges one submission: its own cells run in the sandbox, the test cells in this process.

First all cells of the student run, in order, and where a test stands a copy of their process is put
aside (`own_cells`). Then each test runs here, with stand-ins for the functions of such a copy
(`trials`). So a crash costs the test that caused it and no other, and what a function learns from a
hidden test can get into no output of another cell. Whatever a student's code does, the judge comes
to a verdict.
"""

import time
from collections.abc import Callable, Container, Set

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task

from .home import Home, Setting
from .log import Log
from .names import cells_that_matter
from .own_cells import OwnCells
from .rebuild import is_test, name_of, rebuild
from .records import Limits, Plan, Verdict, bounded
from .trials import Trials


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
    notebook = rebuilt.notebook
    log = Log(time.monotonic() + limits.total, rebuilt.notes, not rebuilt.readable)
    chosen = cells_that_matter(notebook, plan.lesson) if points_only else None
    with Home(setting, limits, _opening(notebook, plan)) as home:
        own = OwnCells(notebook, home, limits, log, chosen)
        own.run()
        trials = Trials(own, plan, limits, log)
        trials.run(given_up, at)
    return _verdict(notebook, log, trials.messages)


def _opening(notebook: NotebookNode, plan: Plan) -> list[NotebookNode]:
    """The code cells before the first answer, if they are as they were released."""
    own = [cell for cell in notebook.cells if cell.cell_type == "code"][: len(plan.opening)]
    released = tuple(cell.source for cell in own) == plan.opening
    return own if released and not any(map(is_test, own)) else []


def _verdict(notebook: NotebookNode, log: Log, messages: dict[str, str]) -> Verdict:
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    for count, cell in enumerate(code, 1):
        cell.execution_count = count
    known = [cell for cell in notebook.cells if cell.metadata.get("nbgrader")]
    scores = {name_of(cell): _points(cell, messages, log.notes) for cell in known if is_grade(cell)}
    answers = [cell for cell in known if is_solution(cell) or is_task(cell)]
    return Verdict(
        notebook=nbformat.writes(notebook) + "\n",
        scores=scores,
        comments={name_of(cell): _comment(cell) for cell in answers},
        notes=bounded(log.notes),
        messages=messages,
        attention=log.attention,
        seconds=log.seconds,
        cpu=log.cpu,
    )


def _points(cell: NotebookNode, failed: Container[str], notes: list[str]) -> float | None:
    """Points by nbgrader's own rules; none where the value of a test is no number of points."""
    if name_of(cell) in failed:
        return 0.0
    try:
        points, most = determine_grade(cell)
    except (KeyError, ValueError) as error:  # its value shows nothing, or too many points
        notes.append(f"cell {name_of(cell)}: {error}")
        return 0.0
    if points is None or 0 <= points <= most:
        return points
    notes.append(f"cell {name_of(cell)}: its value is {points}, not from 0 to {most}")
    return 0.0


def _comment(cell: NotebookNode) -> str | None:
    """nbgrader's automatic comment on an answer."""
    untouched = compute_checksum(cell) == cell.metadata.nbgrader.checksum
    return "No response." if untouched and not is_task(cell) else None
