"""A last look at a problem set before it is handed in: ``python -m ai4mat_ising.handin FILE``.

Runs the notebook in a new kernel, says which visible checks pass, and what grading would stumble
over. It reads the file and never writes it. Grading itself is in the instructors' package.
"""

import argparse
import hashlib
import json
import re
import sys
import warnings
from collections import Counter
from importlib import resources
from pathlib import Path

from ai4mat_ising.progress import progress_bar

# Beyond it learning platforms begin to refuse a file.
LARGEST = 20 * 2**20  # bytes
SECONDS = 600  # that a cell may take
PASSED, FAILED, MISSING = "passed", "failed", "missing"
UNWRITTEN = "needs a function that is not written yet"
# What stands in a released notebook where an answer goes.
STUB = "raise NotImplementedError()"


class Unreadable(ValueError):
    """The file is not a notebook of a problem set; the message says why."""


def look(path):
    """Run a problem set in a new kernel and print what its visible checks and grading would say.

    Parameters
    ----------
    path : path-like
        The notebook, as saved. It is not changed.

    Returns
    -------
    bool
        Whether all visible checks pass and grading would stumble over nothing.

    Raises
    ------
    Unreadable
        If the file is not a notebook of a problem set.
    """
    path = Path(path).expanduser()
    notebook, name = read(path)
    problems = complaints(notebook, path, name)
    results = check(notebook, path.parent, name)
    print(report(problems, results, planned()[name]))
    return not problems and all(result == PASSED for result, _ in results.values())


# --- reading -----------------------------------------------------------------------------------


def planned():
    """Return the cells that grading knows, of all problem sets.

    Returns
    -------
    dict
        {name of the set: {name of a cell: [kind, points]}}, in the order of the notebook. The kind
        is "answer", "check" (a visible one), "hidden" (tests), "written" (an answer in words, which
        a person grades) or "text"; what gives no points has 0.
    """
    text = resources.files("ai4mat_ising.data").joinpath("problem_sets.json").read_text("utf-8")
    return json.loads(text)


def read(path):
    """Read a notebook and tell which problem set it is, whatever the file is called.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    tuple of (nbformat.NotebookNode, str)
        The notebook in today's format, and the name of the set.

    Raises
    ------
    Unreadable
        If it is not a notebook of a problem set.
    """
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of copied cells `complaints` tells
            notebook = nbformat.reads(path.read_text("utf-8"), as_version=4)
        names = Counter(map(_name, notebook.cells))
    except OSError as error:
        raise Unreadable(f"path must be a file that can be read, got {path}: {error}") from None
    except Exception:  # nbformat has many ways to fail
        raise Unreadable(f"path must be a Jupyter notebook, got {path}: save it again") from None
    found = {one: sum(cell in names for cell in cells) for one, cells in planned().items()}
    name = max(found, key=found.get)
    if not found[name]:
        raise Unreadable(
            f"path must be a notebook of a problem set ({', '.join(found)}), got {path}, which has "
            "none of their cells"
        )
    return notebook, name


def _name(cell):
    """The name by which grading knows a cell; None for cells of the student's own."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


# --- what grading would stumble over -------------------------------------------------------------


def complaints(notebook, path, name):
    """List what grading would stumble over, a sentence each.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook.
    path : pathlib.Path
        Its file.
    name : str
        The problem set that it is.

    Returns
    -------
    list of str
    """
    cells = planned()[name]
    return [
        *_of_the_file(notebook, path, name),
        *_of_cells(notebook, cells),
        *_of_answers(notebook, cells),
    ]


def _of_the_file(notebook, path, name):
    if path.name != f"{name}.ipynb":
        yield f"The file must be named {name}.ipynb, got {path.name}. Rename it."
    size = path.stat().st_size
    if size > LARGEST:
        yield (
            f"The file must be smaller than {LARGEST >> 20} MB, got {size >> 20} MB. Clear the "
            "outputs (Edit > Clear Outputs of All Cells) and save."
        )
    kernel = notebook.metadata.get("kernelspec", {})
    if kernel.get("language", "python") != "python":
        yield f"The kernel must be Python, got {kernel.get('display_name')}. Choose it (Kernel)."
    if "widgets" in notebook.metadata:
        yield (
            "The file holds the state of widgets. It costs no points and can be long: clear the "
            "outputs (Edit > Clear Outputs of All Cells) and save."
        )


def _of_cells(notebook, cells):
    present = Counter(map(_name, notebook.cells))
    for cell in cells:
        if present[cell] == 0:
            yield f"The cell {cell} is missing. Take it from a fresh copy of the notebook."
        if present[cell] > 1:
            yield f"The cell {cell} is there {present[cell]} times. Delete the copies."
    for cell in notebook.cells:
        if _name(cell) in cells and _is_locked(cell) and _checksum(cell) != _given(cell):
            yield f"The cell {_name(cell)} was edited. Grading takes the original; so should you."
        elif _name(cell) not in (None, *cells):
            yield f"The cell {_name(cell)} belongs to another problem set. Delete it."


def _of_answers(notebook, cells):
    asked = [cell for cell in notebook.cells if cells.get(_name(cell), [None])[0] == "answer"]
    if waiting := [_name(cell) for cell in asked if STUB in cell.source]:
        yield f"Not written yet: {', '.join(waiting)}."
    for cell in notebook.cells:
        is_written = cells.get(_name(cell), [None])[0] == "written"
        if is_written and _checksum(cell) == _given(cell):
            yield f"The answer in words, {_name(cell)}, is not written yet."


def _is_locked(cell):
    """Return whether students should leave a cell as it is."""
    own = cell.metadata.nbgrader
    return not own.get("solution") and bool(own.get("grade") or own.get("locked"))


def _given(cell):
    return cell.metadata.nbgrader.get("checksum")


def _checksum(cell):
    """Return what nbgrader notes of a released cell (its `compute_checksum`)."""
    own = cell.metadata.nbgrader
    parts = [cell.source.replace("\r\n", "\n"), cell.cell_type]
    parts += [str(bool(own.get("grade"))), str(bool(own.get("solution"))), str(_is_locked(cell))]
    parts += [own["grade_id"], *([str(float(own["points"]))] if own.get("grade") else [])]
    return hashlib.md5("".join(parts).encode()).hexdigest()


# --- running -------------------------------------------------------------------------------------


def check(notebook, folder, name):
    """Run all cells of a notebook in a new kernel and see which visible checks pass.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        The notebook; its outputs are replaced.
    folder : pathlib.Path
        Where its code runs.
    name : str
        The problem set that it is.

    Returns
    -------
    dict
        {name of a visible check: (PASSED, FAILED, UNWRITTEN or MISSING, its message)}.
    """
    from nbclient import NotebookClient

    count = sum(cell.cell_type == "code" for cell in notebook.cells)
    with progress_bar(count, desc="running", unit="cell") as bar:
        NotebookClient(
            notebook,
            timeout=SECONDS,
            kernel_name="python3",
            extra_arguments=["--log-level=ERROR"],  # of its network it would warn everyone
            allow_errors=True,
            resources={"metadata": {"path": str(folder)}},
            on_cell_complete=lambda **_: bar.update(),
        ).execute()
    visible = [cell for cell, (kind, _) in planned()[name].items() if kind == "check"]
    cells = {_name(cell): cell for cell in notebook.cells}
    return {one: _result(cells.get(one)) for one in visible}


def _result(cell):
    if cell is None:
        return MISSING, ""
    errors = [output for output in cell.get("outputs", []) if output.output_type == "error"]
    if not errors:
        return PASSED, ""
    if errors[0].ename == "NotImplementedError":
        return UNWRITTEN, ""
    text = f"{errors[0].ename}: {errors[0].evalue}".removeprefix("AssertionError: ")
    return FAILED, re.sub(r"\s+", " ", text).strip()


# --- saying --------------------------------------------------------------------------------------


def report(problems, results, cells):
    """Put what was found into words.

    Parameters
    ----------
    problems : list of str
        What grading would stumble over.
    results : dict
        What `check` returned.
    cells : dict
        Graded cells of the set, as in `planned`.

    Returns
    -------
    str
    """
    worth = {one: cells[one][1] for one in results}
    reached = sum(worth[one] for one, (result, _) in results.items() if result == PASSED)
    lines = ["Visible checks:"]
    for one, (result, message) in results.items():
        points = worth[one] if result == PASSED else 0
        of = f"  {points:g} of {worth[one]:g} points" if worth[one] else " " * 15
        lines.append(f"{of}  {one}: {result}")
        if message:
            lines.append(f"{'':17}{message}")
    lines.append(f"{reached:g} of {sum(worth.values()):g} points of the visible checks.")
    for kind, decides in [("hidden", "hidden tests decide"), ("written", "a person decides")]:
        if more := sum(points for one, points in cells.values() if one == kind):
            lines.append(f"On {more:g} more {decides}.")
    if problems:
        lines += ["", "Before you hand in:", *(f"  - {problem}" for problem in problems)]
    elif reached == sum(worth.values()):
        lines.append("Ready to hand in.")
    return "\n".join(lines)


def main(argv=None):
    """Run the command line.

    Parameters
    ----------
    argv : list of str, optional
        The words after the command; by default those that the shell passed.

    Returns
    -------
    int
        Exit status: 0 if the notebook is ready to hand in, 1 if not, 2 if it cannot be read.
    """
    parser = argparse.ArgumentParser(prog="python -m ai4mat_ising.handin", description=__doc__)
    parser.add_argument("file", metavar="FILE", help="the notebook, such as latent_1d.ipynb")
    try:
        return 0 if look(parser.parse_args(argv).file) else 1
    except Unreadable as error:
        print(f"handin: {error}", file=sys.stderr)
        return 2
    except ImportError as error:
        print(
            f"handin: Jupyter must be installed, as in requirements.txt: {error}", file=sys.stderr
        )
        return 2


if __name__ == "__main__":
    sys.exit(main())
