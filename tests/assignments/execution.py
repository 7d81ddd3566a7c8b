"""Runs filled-in notebooks cell by cell without nbgrader, which takes several times as long.

What costs points is the same: an error in a graded cell, or anything on its stderr. The tests
compare the two. Left out are cells on which no grade depends, such as those that draw figures, and
those that `leave_out` marks. Each notebook has a process of its own, forked from one that has
imported what all of them import.
"""

import ast
import contextlib
import io
import multiprocessing
import re
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor

from grading import LANES, Graded, graded_cells
from nbgrader.utils import is_grade, is_solution

PRELOADED = [
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "nbgrader.api",
    "sklearn.decomposition",
    "sklearn.linear_model",
    "torch",
    "torch._dynamo",
    "ai4mat_ising.checks",
    "ai4mat_ising.generation",
    "ai4mat_ising.latent",
    "ai4mat_ising.plotting",
    "ai4mat_ising.sampling",
    "ai4mat_ising.training",
]


def grade_quickly(notebooks):
    """Scores of notebooks that hold the hidden tests: {name: NotebookNode} to {name: Graded}."""
    with processes(LANES) as pool:
        return dict(zip(notebooks, pool.map(run, notebooks.values())))


def processes(lanes):
    """A pool for as many notebooks at a time, each in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return ProcessPoolExecutor(lanes, context, max_tasks_per_child=1)


def run(notebook, threads=1, names=None):
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
    errors = _errors_of_cells(notebook, threads, names)
    scores = {
        cell: (0 if cell in errors else points, points)
        for cell, points in graded_cells(notebook).items()
    }
    return Graded(scores, errors, {})


def _errors_of_cells(notebook, threads, names):
    """Run the cells, whatever fails: {grade_id or source: [(name of the error, message)]}."""
    import matplotlib.pyplot as plt
    import torch
    from IPython.core.interactiveshell import InteractiveShell
    from threadpoolctl import threadpool_limits

    plt.switch_backend("agg")
    torch.set_num_threads(threads)
    warnings.resetwarnings()
    errors, shell = {}, InteractiveShell(user_ns=names)
    limited = threadpool_limits(threads)
    with limited, tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        for cell in notebook.cells:
            if cell.cell_type == "code" and _matters(cell):
                found = _errors_of(shell, cell)
                plt.close("all")
                if found:
                    label = cell.metadata.get("nbgrader", {}).get("grade_id", cell.source)
                    errors[label] = found
    return errors


def leave_out(notebook, changed):
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


def defined(node):
    """Names that a statement defines, other than by an import."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return {node.name}
    return _assigned(node)


def _names(node):
    """Names that code takes from elsewhere, or could."""
    used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
    return used - _assigned(node) - {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _assigned(node):
    names = (n for n in ast.walk(node) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Store)}


def _matters(cell):
    """Whether grades can depend on a cell: answers and tests do not rely on others' variables."""
    if cell.metadata.get("left_out"):
        return False
    theirs = is_grade(cell) or is_solution(cell) or cell.metadata.get("preamble")
    return theirs or re.search(r"^(import|from) ", cell.source, re.MULTILINE)


def _errors_of(shell, cell):
    stderr = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(stderr):
        result = shell.run_cell(cell.source)
    error = result.error_before_exec or result.error_in_exec
    if error is not None:
        return [(type(error).__name__, str(error))]
    said = is_grade(cell) and stderr.getvalue()
    return [("stderr", said)] if said else []
