"""Leaks: what a release must not give away, as functions that list problems.

Grade ids tell visible from hidden tests: a cell named ``check_...`` is shown to the students, of a
cell named ``test_...`` they see the comments only. Of one named ``written_...``, an answer in
words, they see nothing.
"""

import ast
import builtins
import functools
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import is_grade

from .notebooks import asked_functions, graded_cells, is_written, read_notebook, written_cells

MARKERS = {
    "### BEGIN SOLUTION",
    "### END SOLUTION",
    "### BEGIN HIDDEN TESTS",
    "### END HIDDEN TESTS",
}
LOOKS_LIKE_A_MARKER = re.compile(r"\b(BEGIN|END)\W+(HIDDEN|SOLUTION|TEST|MARK)", re.IGNORECASE)
RAN = "holds an output, or the number of its execution"
# A line this short ("}" or "return x") says nothing.
SHORTEST = 10
# A function of fewer syntax nodes than this is found everywhere.
SMALLEST = 25


# --- the source ------------------------------------------------------------------------------


def source_problems(notebook: NotebookNode) -> list[str]:
    """List what is wrong with a source notebook before anything is generated from it.

    Parameters
    ----------
    notebook : NotebookNode
        A notebook of ``solutions/``.

    Returns
    -------
    list of str
        One sentence for each problem.
    """
    problems = [f"cell {cell.id} {RAN}" for cell in notebook.cells if _ran(cell)]
    for cell in notebook.cells:
        for line in cell.source.splitlines():
            if LOOKS_LIKE_A_MARKER.search(line) and line.strip() not in MARKERS:
                problems.append(f"cell {cell.id}: nbgrader knows no marker {line.strip()!r}")
        name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id.replace("-", "_"))
        if cell.id != name.replace("_", "-"):
            problems.append(f"cell {cell.id} should have the id of its grade_id {name}")
        if is_written(cell):
            if not name.startswith("written_"):
                problems.append(f"cell {cell.id}: its grade_id starts with written_, got {name}")
        elif is_grade(cell) and not name.startswith(("check_", "test_")):
            problems.append(f"cell {cell.id}: a grade_id starts with check_ or test_, got {name}")
    return problems


def secret_lines(notebook: NotebookNode) -> set[str]:
    """Lines of a source notebook that no student may see.

    Lines of hidden tests that also stand in visible cells (imports, say) are not secret. Lines of
    solutions always are, so that copying one into a visible cell is noticed.
    """
    regions = {"SOLUTION": set(), "HIDDEN TESTS": set(), None: set()}
    for cell in notebook.cells:
        region = None
        for line in map(str.strip, cell.source.splitlines()):
            if line.startswith("### BEGIN "):
                region = line.removeprefix("### BEGIN ")
            elif line.startswith("### END "):
                region = None
            elif len(line) >= SHORTEST:
                regions[region].add(line)
    return regions["SOLUTION"] | (regions["HIDDEN TESTS"] - regions[None])


# --- the release -----------------------------------------------------------------------------


def release_problems(source: NotebookNode, folder: Path) -> list[str]:
    """List what the files of a release give away.

    Parameters
    ----------
    source : NotebookNode
        The source notebook.
    folder : Path
        The folder that students get.

    Returns
    -------
    list of str
        One sentence for each problem.
    """
    problems = []
    secrets = secret_lines(source)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        for line in sorted(secrets.intersection(_lines(path))):
            problems.append(f"{path.name} gives a line away: {line}")
        if path.suffix == ".ipynb":
            problems += [f"{path.name}: {p}" for p in _notebook_problems(source, path)]
    return problems


def _notebook_problems(source: NotebookNode, path: Path) -> Iterator[str]:
    notebook = read_notebook(path)
    yield from (f"cell {cell.id} {RAN}" for cell in notebook.cells if _ran(cell))
    for cell in notebook.cells:
        if any(LOOKS_LIKE_A_MARKER.search(line) for line in cell.source.splitlines()):
            yield f"cell {cell.id} holds a marker of nbgrader"
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("test_"):
            if any(not line.startswith("#") for line in cell.source.splitlines()):
                yield f"hidden test {cell.id} holds more than comments"
        if is_written(cell) and cell.source != "YOUR ANSWER HERE":
            yield f"the written answer {cell.id} is not empty"
    if set(graded_cells(notebook)) != set(graded_cells(source)):
        yield "the graded cells are not those of the source"
    if written_cells(notebook) != written_cells(source):
        yield "the written answers are not those of the source"
    stubs = {name for name, text in asked_functions(notebook).items() if _is_stub(text)}
    for name in sorted(set(asked_functions(source)) | _called_in_tests(source)):
        if name not in stubs:
            yield f"the function {name} is not a stub with a docstring"


def _is_stub(text: str) -> bool:
    function = ast.parse(text).body[0]
    return (
        ast.get_docstring(function) is not None
        and len(function.body) == 2
        and ast.unparse(function.body[1]) == "raise NotImplementedError()"
    )


def _called_in_tests(notebook: NotebookNode) -> set[str]:
    """Functions that graded cells call but neither define, import nor find in Python."""
    called = set()
    for cell in notebook.cells:
        if not is_grade(cell) or is_written(cell):
            continue
        nodes = list(ast.walk(ast.parse(cell.source)))
        used = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        known = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        definitions = (ast.FunctionDef, ast.ExceptHandler)
        known |= {n.name for n in nodes if isinstance(n, definitions) and n.name}
        known |= {n.arg for n in nodes if isinstance(n, ast.arg)}
        known |= {n.asname or n.name for n in nodes if isinstance(n, ast.alias)}
        called |= used - known - set(dir(builtins))
    return called


def _ran(cell: NotebookNode) -> bool:
    return bool(cell.get("outputs")) or cell.get("execution_count") is not None


def _lines(path: Path) -> set[str]:
    """Every stripped line of text in a file, and in all the strings of a notebook."""
    text = path.read_text(errors="replace")
    if path.suffix == ".ipynb":
        text = "\n".join(strings(json.loads(text)))
    return set(map(str.strip, text.splitlines()))


def strings(value: Any) -> Iterator[str]:
    """Yield every text in data, keys too, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from (key, *strings(item))
    elif isinstance(value, list):
        # A notebook stores a text as a list of its lines.
        yield "".join(item for item in value if isinstance(item, str))
        for item in value:
            yield from strings(item)


def differences(expected: Path, found: Path) -> list[str]:
    """List the files that two folders do not have in common, byte for byte.

    Parameters
    ----------
    expected, found : Path
        Folders.

    Returns
    -------
    list of str
        One sentence for each difference.
    """
    one, other = _contents(expected), _contents(found)
    return [f"{name} differs" for name in sorted(one | other) if one.get(name) != other.get(name)]


def _contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


# --- chapters and modules --------------------------------------------------------------------


def published_problems(source: NotebookNode, files: Iterable[Path]) -> list[str]:
    """List the functions of a problem set whose reference is printed elsewhere.

    A function counts as printed where the same statements follow one another, whatever the
    variables are called and whether the last value is returned, assigned or shown. Functions too
    small to tell are left out.

    Parameters
    ----------
    source : NotebookNode
        The source notebook.
    files : iterable of Path
        Chapters (``.md``, ``.ipynb``) and modules (``.py``).

    Returns
    -------
    list of str
        One sentence for each function and file.
    """
    bodies = {}
    for name, text in asked_functions(source).items():
        function = ast.parse(text).body[0]
        body = function.body[1:] if ast.get_docstring(function) else function.body
        if sum(1 for statement in body for _ in ast.walk(statement)) >= SMALLEST:
            bodies[name] = body
    return [
        f"{path.name} prints {name}"
        for path in files
        for name, body in bodies.items()
        if any(_holds(block, body) for code in _codes(path) for block in _blocks(code))
    ]


def _codes(path: Path) -> list[str]:
    """The Python code in a file."""
    text = path.read_text()
    if path.suffix == ".py":
        return [text]
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, as_version=4).cells
        return [cell.source for cell in cells if cell.cell_type == "code"]
    fences = re.findall(r"^```(?:\{code-cell\}|python)[^\n]*\n(.*?)^```", text, re.M | re.S)
    return [_without_options(code) for code in fences]


def _without_options(code: str) -> str:
    """A code cell of a chapter without MyST's options and IPython's line magics."""
    code = re.sub(r"\A---\n.*?^---\n", "", code, flags=re.M | re.S)
    return "".join(
        line for line in code.splitlines(keepends=True) if not line.lstrip().startswith((":", "%"))
    )


@functools.cache
def _blocks(code: str) -> list[list[ast.stmt]]:
    """Every list of statements in a piece of code."""
    nodes = ast.walk(ast.parse(code))
    fields = (getattr(n, field, None) for n in nodes for field in ("body", "orelse", "finalbody"))
    return [field for field in fields if isinstance(field, list)]


def _holds(block: list[ast.stmt], body: list[ast.stmt]) -> bool:
    n, kinds, shape = len(body), _kinds(body), None
    for i in range(len(block) - n + 1):
        found = block[i : i + n]
        # The text of statements takes a thousand times as long as their kinds.
        if _kinds(found) == kinds:
            shape = shape or _shape(body)
            if _shape(found) == shape:
                return True
    return False


def _kinds(statements: list[ast.stmt]) -> list[type[ast.stmt]]:
    *others, last = statements
    return [*map(type, others), type(_as_expression(last))]


def _as_expression(statement: ast.stmt) -> ast.stmt:
    """Make a statement that returns or assigns a value one that shows it; leave others."""
    value = getattr(statement, "value", None)
    shown = isinstance(statement, ast.Return | ast.Assign | ast.Expr) and value is not None
    return ast.Expr(value) if shown else statement


def _shape(statements: list[ast.stmt]) -> str:
    """Statements as text with variables numbered in the order in which they appear."""
    *others, last = statements
    numbers = {}

    def number(match):
        return f"Name('{numbers.setdefault(match[1], len(numbers))}'"

    text = "\n".join(ast.dump(statement) for statement in [*others, _as_expression(last)])
    return re.sub(r"Name\(id='(\w+)'", number, text)
