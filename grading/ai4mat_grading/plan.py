"""The plan of a problem set, from nbgrader's gradebook: what its cells are, and their points."""

import ast
import contextlib
import itertools
import json
from collections.abc import Iterable
from itertools import takewhile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.utils import is_grade, is_solution

from .records import KERNEL, Plan, PlannedCell

# nbgrader's delimiter, of which a course may have another.
HIDDEN = "BEGIN HIDDEN TESTS"


def plans_of(gradebook: Gradebook, assignment: str, release: Path | None = None) -> list[Plan]:
    """Plans of all notebooks of a problem set.

    Parameters
    ----------
    gradebook : Gradebook
        Where ``nbgrader generate_assignment`` has stored the problem set.
    assignment : str
        Its name.
    release : Path, optional
        Folder of what the students got, which tells the cells that nbgrader does not know.

    Raises
    ------
    nbgrader.api.MissingEntry
        If the gradebook does not know the problem set.
    """
    notebooks = sorted(gradebook.find_assignment(assignment).notebooks, key=lambda nb: nb.name)
    return [_plan(notebook, assignment, release) for notebook in notebooks]


def _plan(notebook, assignment: str, release: Path | None) -> Plan:
    graded = {cell.name: cell for cell in [*notebook.grade_cells, *notebook.task_cells]}
    solutions = {cell.name for cell in notebook.solution_cells}
    tasks = {cell.name for cell in notebook.task_cells}
    cells = tuple(
        PlannedCell(
            name=cell.name,
            kind=cell.cell_type,
            source=cell.source,
            locked=bool(cell.locked),
            grade=cell.name in graded and cell.name not in tasks,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=graded[cell.name].max_score if cell.name in graded else None,
            checksum=cell.checksum,
            hidden=HIDDEN in cell.source,
        )
        for cell in notebook.source_cells
    )
    kernelspec = KERNEL | json.loads(notebook.kernelspec or "{}")
    released = _released(release, notebook.name)
    lesson = tuple(cell.source for cell in released if not cell.metadata.get("nbgrader"))
    return Plan(assignment, notebook.name, cells, kernelspec, lesson, _opening(released))


def _released(release: Path | None, name: str) -> list[NotebookNode]:
    path = release and release / f"{name}.ipynb"
    return nbformat.read(path, as_version=4).cells if path and path.is_file() else []


def _opening(released: list[NotebookNode]) -> tuple[str, ...]:
    first = takewhile(lambda cell: not (is_solution(cell) or is_grade(cell)), released)
    return tuple(cell.source for cell in first if cell.cell_type == "code")


def modules_of_tests(plans: Iterable[Plan]) -> list[str]:
    """Modules that the tests of plans import."""
    cells = [new_code_cell(cell.source) for plan in plans for cell in plan.cells if cell.is_test]
    return modules([new_notebook(cells=cells)])


def modules(notebooks: Iterable[NotebookNode]) -> list[str]:
    """Modules that notebooks import, which are better imported once for everyone."""
    found = {}
    for cell in itertools.chain.from_iterable(notebook.cells for notebook in notebooks):
        with contextlib.suppress(SyntaxError, ValueError):
            for node in ast.walk(ast.parse(cell.source)) if cell.cell_type == "code" else ():
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found[node.module] = None
    return list(found)
