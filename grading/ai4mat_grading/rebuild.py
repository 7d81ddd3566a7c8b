"""A submission as the plan has it: what is the instructor's from there, the rest the student's.

Of a submission only sources of cells count, and the grade ids that say which cell they are.
Outputs, tags, points, roles and all other metadata are left out; locked cells come from the plan,
and so does what is missing. Nothing that was done to a notebook's structure changes its grade.
"""

import ast
import functools
import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell
from nbgrader.utils import is_grade, is_solution

from .records import Plan, PlannedCell
from .wire import clean

_NEW = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}
_HIDDEN = re.compile(
    r"^[^\n]*BEGIN HIDDEN TESTS.*?END HIDDEN TESTS[^\n]*\n?", re.DOTALL | re.MULTILINE
)
# Of a student's own cells, and of a cell's text, more than these is no work of a student.
MOST_CELLS, MOST_CHARACTERS = 2000, 1_000_000


@dataclass
class Given:
    """A cell of a submission: its grade_id if it has one, its type, its source."""

    name: str | None
    kind: str
    source: str

    @functools.cached_property
    def defines(self) -> set[str]:
        """Functions and classes that it defines."""
        return set(_defined(self.source))


@dataclass
class Rebuilt:
    """A rebuilt submission.

    Attributes
    ----------
    notebook : NotebookNode
        Planned cells in the plan's order, each followed by the student's own cells.
    notes : list of str
        What was put right.
    readable : bool
        Whether the submission was a notebook with at least one cell of the problem set.
    """

    notebook: NotebookNode
    notes: list[str] = field(default_factory=list)
    readable: bool = True


def rebuild(raw: bytes, plan: Plan) -> Rebuilt:
    """Rebuild a submission from its bytes, whatever they are.

    Parameters
    ----------
    raw : bytes
        Content of the file that was handed in.
    plan : Plan
        Of the notebook that it should be.
    """
    try:
        given, notes, readable = _read(raw), [], True
    except Exception as error:  # json, nbformat and what their data do to them
        given, readable = [], False
        notes = [f"the notebook can't be read ({type(error).__name__}): graded as if it were empty"]
    found, own = _sort(given, plan, notes)
    if readable and not found:
        readable = False
        notes[:] = ["none of its cells is of this problem set: graded as if it were empty"]
    cells = [_own_cell(cell) for cell in own[None]]
    for planned in plan.cells:
        cells.append(_planned_cell(planned, found.get(planned.name)))
        cells += [_own_cell(cell) for cell in own[planned.name]]
    for number, cell in enumerate(cells):
        if not cell.metadata:
            cell["id"] = f"own-{number}"
    metadata = {"kernelspec": plan.kernelspec, "language_info": {"name": "python"}}
    return Rebuilt(new_notebook(cells=cells, metadata=metadata), notes, readable)


def _read(raw: bytes) -> list[Given]:
    """The cells of a notebook of any version."""
    data = json.loads(raw.decode("utf-8-sig"))
    if data["nbformat"] != 4:
        data = nbformat.convert(nbformat.from_dict(data), 4)
    cells = data["cells"]
    if not isinstance(cells, list):
        raise TypeError(f"cells must be a list, got {type(cells).__name__}")
    return [cell for one in cells if (cell := _given(one))]


def _given(cell: object) -> Given | None:
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if not isinstance(kind, str) or kind not in _NEW:
        return None
    source = cell.get("source")
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    metadata = cell.get("metadata")
    known = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = known.get("grade_id") if isinstance(known, dict) else None
    if name is not None:
        name = clean(str(name))
    return Given(name, kind, clean(source)[:MOST_CHARACTERS])


def _sort(
    given: list[Given], plan: Plan, notes: list[str]
) -> tuple[dict[str, str], dict[str | None, list[Given]]]:
    """Tell planned cells, as {name: source}, from the student's own after each of them."""
    planned = {cell.name: cell for cell in plan.cells}
    _find_renamed(given, planned, notes)
    found: dict[str, str] = {}
    own: dict[str | None, list[Given]] = {None: [], **{name: [] for name in planned}}
    last = None
    for cell in given:
        if cell.name in planned and cell.name not in found:
            last = cell.name
            found[last] = cell.source
            if planned[last].locked and cell.source.strip() not in _originals(planned[last]):
                notes.append(f"locked cell {last} was edited: the original counts")
        elif cell.name in planned:
            notes.append(f"cell {cell.name} is there more than once")
            # A locked one says nothing new; of others, the last definition holds, as in Python.
            if not planned[cell.name].locked:
                own[last].append(cell)
        else:
            if cell.name is not None:
                said = cell.name[:60]
                notes.append(f"cell {said} is none of the problem set: taken as the student's")
            own[last].append(cell)
    notes += [f"cell {name} was missing: put back" for name in planned if name not in found]
    return found, _bounded(own, notes)


def _bounded(own: dict[str | None, list[Given]], notes: list[str]) -> dict[str | None, list[Given]]:
    """The first of a student's own cells, where there are too many of code or of text."""
    out: set[int] = set()
    for kind, is_code in (("code", True), ("text", False)):
        cells = [c for c in itertools.chain(*own.values()) if (c.kind == "code") is is_code]
        if len(cells) > MOST_CELLS:
            notes.append(f"of {len(cells)} cells of {kind} of the student's own the first "
                         f"{MOST_CELLS} were kept")  # fmt: skip
            out.update(map(id, cells[MOST_CELLS:]))
    return {place: [c for c in cells if id(c) not in out] for place, cells in own.items()}


def _originals(planned: PlannedCell) -> set[str]:
    """What a locked cell may hold: with hidden tests, and without them as students got it."""
    return {planned.source.strip(), _HIDDEN.sub("", planned.source).strip()}


def _find_renamed(given: list[Given], planned: dict[str, PlannedCell], notes: list[str]) -> None:
    """Know answers whose cell has lost its name by the functions that they define."""
    there = {cell.name for cell in given}
    for name, cell in planned.items():
        asked = set() if cell.locked or cell.kind != "code" else set(_defined(cell.source))
        if name in there or not asked:
            continue
        for candidate in reversed(given):
            # There may be a million of them, most of which need no parser.
            likely = candidate.name not in planned and all(x in candidate.source for x in asked)
            if likely and asked <= candidate.defines:
                candidate.name = name
                notes.append(f"cell {name} had lost its name: known by what it defines")
                break


def _defined(source: str) -> Iterator[str]:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            yield statement.name


def _planned_cell(planned: PlannedCell, source: str | None) -> NotebookNode:
    """A cell with the plan's metadata; its source is the student's where it may be."""
    metadata = {
        "grade_id": planned.name,
        "grade": planned.grade,
        "solution": planned.solution,
        "locked": planned.locked,
        "task": planned.task,
        "schema_version": 3,
        "cell_type": planned.kind,
        "checksum": planned.checksum,
    }
    if planned.points is not None:
        metadata["points"] = planned.points
    text = planned.source if planned.locked or source is None else source
    cell = _NEW[planned.kind](text, metadata={"nbgrader": metadata})
    cell["id"] = "planned-" + hashlib.sha256(planned.name.encode()).hexdigest()[:16]
    return cell


def _own_cell(given: Given) -> NotebookNode:
    return _NEW[given.kind](given.source)


# --- cells of a rebuilt notebook -------------------------------------------------------------


def name_of(cell: NotebookNode) -> str:
    """The grade_id of a cell that has one."""
    return cell.metadata.nbgrader.grade_id


def label_of(cell: NotebookNode) -> str:
    """How notes name a cell."""
    return f"cell {name_of(cell) if cell.metadata.get('nbgrader') else cell.id}"


def is_test(cell: NotebookNode) -> bool:
    """Whether the judge runs it, and its outcome gives points."""
    return cell.cell_type == "code" and is_grade(cell) and not is_solution(cell)
