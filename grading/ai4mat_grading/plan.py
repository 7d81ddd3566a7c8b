"""The plan of a problem set, from nbgrader's gradebook: what its cells are, and their points."""

import json
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook

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
    return Plan(assignment, notebook.name, cells, kernelspec, _lesson(release, notebook.name))


def _lesson(release: Path | None, name: str) -> tuple[str, ...]:
    path = release and release / f"{name}.ipynb"
    if not path or not path.is_file():
        return ()
    cells = nbformat.read(path, as_version=4).cells
    return tuple(cell.source for cell in cells if not cell.metadata.get("nbgrader"))
