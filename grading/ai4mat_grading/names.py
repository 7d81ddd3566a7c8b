"""Which names a cell takes from elsewhere, and which it defines; read from its text alone."""

import ast
import builtins
import contextlib
import symtable
from collections.abc import Iterable

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from .records import Plan, PlannedCell

# What it raises to parse code that is none.
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display", "__name__"}


def used_names(source: str) -> set[str]:
    """Names that code may take from elsewhere: all that it uses and that Python doesn't know.

    One that it also defines is among them, as in ``x = x + 1``. Code that cannot be parsed uses
    none.
    """
    table = _table(source)
    return set() if table is None else set(_used(table)) - _BUILTINS


def defined_names(source: str) -> set[str]:
    """Names that code defines for the code after it; none, if it cannot be parsed."""
    table = _table(source)
    return set() if table is None else _own(table)


def _table(source: str) -> symtable.SymbolTable | None:
    with contextlib.suppress(*_UNREADABLE):
        return symtable.symtable(source, "<cell>", "exec")
    with contextlib.suppress(*_UNREADABLE):
        # Lines such as %timeit become calls of functions; to look for them takes time.
        plain = TransformerManager().transform_cell(source)
        return symtable.symtable(plain, "<cell>", "exec")
    return None


def _own(table: symtable.SymbolTable) -> set[str]:
    symbols = table.get_symbols()
    own = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    for child in table.get_children():
        own |= {name for name in _assigned_globals(child)}
    return own


def _assigned_globals(table: symtable.SymbolTable) -> Iterable[str]:
    for symbol in table.get_symbols():
        if symbol.is_declared_global() and symbol.is_assigned():
            yield symbol.get_name()
    for child in table.get_children():
        yield from _assigned_globals(child)


def _used(table: symtable.SymbolTable) -> Iterable[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _used(child)


def definitions(source: str) -> str:
    """The imports, functions and classes of a cell, without all else that it does."""
    try:
        body = ast.parse(TransformerManager().transform_cell(source)).body
    except _UNREADABLE:
        return ""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return "\n".join(ast.unparse(statement) for statement in body if isinstance(statement, kinds))


def asked_names(plan: Plan) -> set[str]:
    """Names that the answers of a plan define: what tests may take from a student's process."""
    return set().union(*(defined_names(cell.source) for cell in plan.cells if _is_answer(cell)))


def other_names(plan: Plan) -> dict[str, set[str]]:
    """Names that a plan's tests use, and that neither its answers nor its tests define.

    They would come from cells of the lesson, which run in the student's process, where a student
    can give them any meaning: the judge looks none of them up.

    Returns
    -------
    dict of str to set of str
        By name of the test; none of them in a problem set that can be judged.
    """
    tests = [cell for cell in plan.cells if cell.is_test]
    known = asked_names(plan).union(*(defined_names(cell.source) for cell in tests))
    used = {cell.name: used_names(cell.source) - known for cell in tests}
    return {name: names for name, names in used.items() if names}


def _is_answer(cell: PlannedCell) -> bool:
    return cell.kind == "code" and cell.solution


def cells_that_matter(notebook: NotebookNode, lesson: Iterable[str]) -> set[int]:
    """Positions of the student's code cells on which a grade can depend.

    Left out are cells of the lesson that are as they were released, if they define nothing that
    a cell which runs uses. The rest runs: answers, what a student has added or changed, imports.

    Parameters
    ----------
    notebook : NotebookNode
        A rebuilt submission.
    lesson : iterable of str
        Sources of the lesson's cells.
    """
    released = {source.strip() for source in lesson}
    code = {i: cell for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"}
    candidates = {
        i
        for i, cell in code.items()
        if not cell.metadata.get("nbgrader") and cell.source.strip() in released
    }
    kept = set(code) - candidates
    more = {i for i in candidates if _imports_only(code[i].source)}
    while True:
        kept |= more
        # Tests run elsewhere, and take only what answers define.
        own = (code[i] for i in kept if is_solution(code[i]) or not is_grade(code[i]))
        used = set().union(*(used_names(cell.source) for cell in own))
        more = {i for i in candidates - kept if defined_names(code[i].source) & used}
        if not more:
            return kept


def _imports_only(source: str) -> bool:
    try:
        return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(source).body)
    except (SyntaxError, ValueError):
        return True  # magics and the like: better run too much
