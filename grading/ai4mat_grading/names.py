"""Which names a cell takes from elsewhere, and which it defines; read from its text alone."""

import ast
import builtins
import symtable
from collections.abc import Iterable

from nbformat import NotebookNode

_BUILTINS = frozenset(dir(builtins)) | {"get_ipython", "display", "__name__"}


def free_names(source: str) -> set[str]:
    """Names that code uses and neither defines, imports nor finds in Python.

    Code that cannot be parsed uses none.
    """
    table = _table(source)
    return set() if table is None else set(_free(table)) - _own(table) - _BUILTINS


def defined_names(source: str) -> set[str]:
    """Names that code defines for the code after it; none, if it cannot be parsed."""
    table = _table(source)
    return set() if table is None else _own(table)


def _table(source: str) -> symtable.SymbolTable | None:
    try:
        return symtable.symtable(source, "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
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


def _free(table: symtable.SymbolTable) -> Iterable[str]:
    for symbol in table.get_symbols():
        if symbol.is_referenced() and (symbol.is_global() or table.get_type() == "module"):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _free(child)


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
    waiting = {i for i in candidates if _imports_only(code[i].source)}
    while waiting:
        kept |= waiting
        used = set().union(*(free_names(code[i].source) for i in kept))
        waiting = {i for i in candidates - kept if defined_names(code[i].source) & used}
    return kept


def _imports_only(source: str) -> bool:
    try:
        return any(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.parse(source).body)
    except (SyntaxError, ValueError):
        return True  # magics and the like: better run too much
