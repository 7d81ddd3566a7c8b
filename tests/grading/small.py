"""Small plans and submissions of cells that a test writes down, and limits for them."""

import contextlib
import dataclasses

import nbformat
from ai4mat_grading.records import Plan, PlannedCell
from nbformat.v4 import new_code_cell, new_notebook

STUB = "def {name}(*args):\n    raise NotImplementedError()"


def answer(name, stub=None):
    """A cell that asks for a function."""
    source = STUB.format(name=name) if stub is None else stub
    return PlannedCell(name, "code", source, False, False, True, False, None, None, False)


def check(name, source, points=1, hidden=False):
    """A test cell."""
    return PlannedCell(name, "code", source, True, True, False, False, points, None, hidden)


def hidden(name, source, points=1):
    """A hidden test cell."""
    return check(name, f"### BEGIN HIDDEN TESTS\n{source}\n### END HIDDEN TESTS", points, True)


def plan(*cells, **others):
    """A problem set of these cells."""
    return Plan("small", "small", cells, **others)


def cell(name, source):
    """A cell of a submission; one of the student's own if it has no name."""
    return new_code_cell(source, metadata={"nbgrader": {"grade_id": name}} if name else {})


def handed_in(*cells, **answers):
    """Bytes of a notebook with these cells, and then with these answers."""
    cells = [*cells, *(cell(name, source) for name, source in answers.items())]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def outputs(verdict, name=None):
    """Text of all that a graded notebook shows, or of what one of its cells shows."""
    cells = nbformat.reads(verdict.notebook, as_version=4).cells
    wanted = [one for one in cells if one.cell_type == "code" and name in (None, name_of(one))]
    return "\n".join(str(output) for one in wanted for output in one.outputs)


def name_of(one):
    """The grade_id of a cell."""
    return one.metadata.get("nbgrader", {}).get("grade_id")


@contextlib.contextmanager
def limited(grader, **limits):
    """Give submissions other limits for a while."""
    before = grader.limits
    grader.limits = dataclasses.replace(before, **limits)
    try:
        yield
    finally:
        grader.limits = before
