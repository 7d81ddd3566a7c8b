"""Notebooks of problem sets: what their cells are for, and how answers are filled in.

A written answer is a markdown cell that nbgrader leaves to a person: both a solution and graded,
with a grade_id that starts with ``written_``.
"""

import ast
import copy
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook in the format of version 4."""
    return nbformat.read(path, as_version=4)


def is_written(cell: NotebookNode) -> bool:
    """Tell whether a cell takes an answer in words, which a person grades."""
    return is_grade(cell) and is_solution(cell)


def asked_functions(notebook: NotebookNode) -> dict[str, str]:
    """Functions that the students write: {name: source}, in order."""
    functions = {}
    for cell in notebook.cells:
        if is_solution(cell) and not is_written(cell):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    functions[node.name] = ast.get_source_segment(cell.source, node)
    return functions


def graded_cells(notebook: NotebookNode) -> dict[str, float]:
    """Cells that nbgrader grades: {grade_id: points}."""
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook.cells
        if is_grade(cell) and not is_written(cell)
    }


def written_cells(notebook: NotebookNode) -> dict[str, float]:
    """Written answers: {grade_id: points}."""
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook.cells
        if is_written(cell)
    }


def kinds(notebook: NotebookNode) -> dict[str, tuple[str, float]]:
    """What each cell that nbgrader knows is for, and its points: {grade_id: (kind, points)}.

    Parameters
    ----------
    notebook : NotebookNode
        The source, which holds the hidden tests. `ai4mat_ising.handin` names the kinds.
    """
    found = {}
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            own = cell.metadata.nbgrader
            found[own.grade_id] = (_kind(cell), own.points if is_grade(cell) else 0)
    return found


def _kind(cell: NotebookNode) -> str:
    if is_solution(cell):
        return "written" if is_written(cell) else "answer"
    if not is_grade(cell):
        return "text"
    return "hidden" if "### BEGIN HIDDEN TESTS" in cell.source else "check"


def errors_of(notebook: NotebookNode) -> dict[str, list[tuple[str, str]]]:
    """Errors in the outputs of a notebook: {grade_id or place: [(name, message)]}."""
    errors = {}
    for i, cell in enumerate(notebook.cells):
        found = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if found:
            label = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {i}: {cell.source}")
            errors[label] = [(o.ename, o.evalue) for o in found]
    return errors


def submit(
    release: NotebookNode, functions: dict[str, str], preambles: Iterable[str] = ()
) -> NotebookNode:
    """Fill functions into a copy of a notebook, as a student would.

    Parameters
    ----------
    release : NotebookNode
        The released notebook, or the source, which then holds the hidden tests as well.
    functions : dict of str to str
        Source of each function asked for.
    preambles : iterable of str
        Cells to add before the first function.

    Returns
    -------
    NotebookNode

    Raises
    ------
    KeyError
        If a function that is asked for is missing.
    """
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if is_written(cell):
            cell.source = "An answer in words."
        elif is_solution(cell):
            names = [node.name for node in ast.parse(cell.source).body]
            cell.source = "\n\n\n".join(functions[name] for name in names)
    cells = enumerate(notebook.cells)
    first = next(i for i, cell in cells if is_solution(cell) and not is_written(cell))
    notebook.cells[first:first] = [
        nbformat.v4.new_code_cell(text, metadata={"preamble": True}) for text in preambles if text
    ]
    return notebook
