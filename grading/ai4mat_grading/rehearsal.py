"""Rehearsals: answers of ours run by nbgrader's rules, cell by cell, without nbgrader.

It takes several times as long. What costs points is the same: an error in a graded cell, or
anything on its stderr. The tests compare the two. Left out are cells on which no grade depends,
such as those that draw figures, and those that `leave_out` marks. The cells before the first answer
run once, and a process for each notebook is forked from there.

Nothing here keeps an answer away from its judge: never grade what others have written with it.
"""

import ast
import contextlib
import io
import multiprocessing
import re
import tempfile
import warnings
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import Any

from IPython.core.interactiveshell import InteractiveShell
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from .grades import Graded, keep, recalled
from .notebooks import graded_cells
from .processes import LANES, forks

# By grade_id, or by the source of a cell without one: names and messages.
Errors = dict[str, list[tuple[str, str]]]


def grade_quickly(notebooks: dict[str, NotebookNode]) -> dict[str, Graded]:
    """Grade notebooks of one problem set that hold the hidden tests, or recall their grades.

    Parameters
    ----------
    notebooks : dict of str to NotebookNode
        They differ from the first answer on.

    Returns
    -------
    dict of str to Graded
    """
    grades = {name: recalled(content(notebook)) for name, notebook in notebooks.items()}
    waiting = {name: notebook for name, notebook in notebooks.items() if grades[name] is None}
    if not waiting:
        return grades
    opening = _opening(next(iter(waiting.values())))
    with ProcessPoolExecutor(LANES, forks(), initializer=begin, initargs=(opening,)) as pool:
        running = {pool.submit(_grade_in_a_fork, nb): name for name, nb in waiting.items()}
        for done in as_completed(running):
            name = running[done]
            grades[name] = done.result()
            keep(content(waiting[name]), grades[name])
    return grades


def run(notebook: NotebookNode, threads: int = 1, names: dict[str, Any] | None = None) -> Graded:
    """Run a notebook that holds the hidden tests in this process, and grade it.

    Parameters
    ----------
    notebook : NotebookNode
        It may hold answers.
    threads : int
        How many torch may use.
    names : dict, optional
        What the cells find defined.

    Returns
    -------
    Graded
    """
    return _graded(notebook, _errors_of_cells(_shell(threads, names), cells_of(notebook)))


# --- one notebook after another from the same point ------------------------------------------

_opened = None  # in a worker: the shell, the errors and the number of the cells that have run


def begin(cells: list[NotebookNode]) -> None:
    """Run the cells that all notebooks of this process begin with."""
    global _opened
    shell = _shell(threads=1)
    _opened = shell, _errors_of_cells(shell, cells), len(cells)


def _grade_in_a_fork(notebook: NotebookNode) -> Graded:
    """Run the rest of a notebook in a copy of this process."""
    return in_a_fork(_grade_rest, notebook)


def in_a_fork(function: Callable, *arguments: Any) -> Any:
    """Call a function in a copy of this process, in which `begin` has run cells.

    Raises
    ------
    RuntimeError
        If the copy has ended before the function has returned.
    """
    receiver, sender = multiprocessing.Pipe(duplex=False)
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=lambda: sender.send(function(*arguments)))
    process.start()
    sender.close()
    try:
        return receiver.recv()
    except EOFError:
        process.join()
        raise RuntimeError(f"a notebook ended its process: {process.exitcode}") from None
    finally:
        process.join()


def _grade_rest(notebook: NotebookNode) -> Graded:
    shell, errors, begun = _opened
    return _graded(notebook, errors | _errors_of_cells(shell, cells_of(notebook)[begun:]))


def go_on(cells: list[NotebookNode]) -> Errors:
    """Run cells after those that `begin` has run, whatever fails."""
    return _errors_of_cells(_opened[0], cells)


def _graded(notebook: NotebookNode, errors: Errors) -> Graded:
    scores = {
        cell: (0 if cell in errors else points, points)
        for cell, points in graded_cells(notebook).items()
    }
    return Graded(scores, errors, {})


def _shell(threads: int, names: dict[str, Any] | None = None) -> InteractiveShell:
    """IPython as a notebook has it, with so many threads for torch."""
    import matplotlib.pyplot as plt
    import torch
    from threadpoolctl import threadpool_limits
    from traitlets.config import Config

    plt.switch_backend("agg")
    torch.set_num_threads(threads)
    threadpool_limits(threads)
    warnings.resetwarnings()
    # A history is kept by a thread, which would not live on in a fork.
    return InteractiveShell(user_ns=names, config=Config(HistoryManager={"enabled": False}))


def _errors_of_cells(shell: InteractiveShell, cells: list[NotebookNode]) -> Errors:
    """Run cells, whatever fails."""
    import matplotlib.pyplot as plt

    errors = {}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for cell in cells:
            found = _errors_of(shell, cell)
            plt.close("all")
            if found:
                errors[cell.metadata.get("nbgrader", {}).get("grade_id", cell.source)] = found
    return errors


# --- which cells run -------------------------------------------------------------------------


def cells_of(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code" and _matters(cell)]


def _opening(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells before the first answer."""
    cells = cells_of(notebook)
    first = next(i for i, c in enumerate(cells) if is_solution(c) or c.metadata.get("preamble"))
    return cells[:first]


def content(notebook: NotebookNode) -> list[Any]:
    """List what the quick grade of a notebook depends on, of the notebook itself.

    Graded cells that are left out do not run, but their points count.
    """
    points = graded_cells(notebook)
    return ["quickly", points, *([cell.source, cell.metadata] for cell in cells_of(notebook))]


def leave_out(notebook: NotebookNode, changed: set[str]) -> None:
    """Mark the graded cells that use none of the names in `changed`, not even by way of others.

    Their points are those of the notebook in which nothing has changed, which must have them all.
    """
    uses = {}
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_grade(cell):
            for node in ast.parse(cell.source).body:
                for name in defined(node):
                    uses.setdefault(name, set()).update(_names(node))
    for cell in notebook.cells:
        if cell.cell_type == "code" and is_grade(cell):
            reached, waiting = set(), _names(ast.parse(cell.source))
            while waiting:
                reached |= waiting
                waiting = set().union(*(uses.get(name, set()) for name in waiting)) - reached
            cell.metadata["left_out"] = not reached & changed


def defined(node: ast.stmt) -> set[str]:
    """Names that a statement defines, other than by an import."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return _assigned(node)


def _names(node: ast.AST) -> set[str]:
    """Names that code takes from elsewhere, or could."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return used - _assigned(node) - {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _assigned(node: ast.AST) -> set[str]:
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


def _matters(cell: NotebookNode) -> bool:
    """Tell whether grades can depend on a cell: no answer or test uses another cell's variables."""
    if cell.metadata.get("left_out"):
        return False
    theirs = is_grade(cell) or is_solution(cell) or cell.metadata.get("preamble")
    return bool(theirs or re.search(r"^(import|from) ", cell.source, re.MULTILINE))


def _errors_of(shell: InteractiveShell, cell: NotebookNode) -> list[tuple[str, str]]:
    stderr = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(stderr):
        result = shell.run_cell(cell.source)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        return [(type(error).__name__, str(error))]
    said = is_grade(cell) and stderr.getvalue()
    return [("stderr", said)] if said else []
