"""The course's repository, in which an instructor works: where it is, and its problem sets.

The rule is git's: the repository is the current folder, or the nearest of the folders above it,
that holds ``solutions/`` and ``nbgrader_config.py``.
"""

from pathlib import Path

from nbformat import NotebookNode

from .notebooks import read_notebook


def root(folder: Path | None = None) -> Path:
    """Find the repository.

    Parameters
    ----------
    folder : Path, optional
        In the repository; the current folder, where it is left out.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    FileNotFoundError
        If neither the folder nor one above it is a course's repository.
    """
    start = (folder or Path.cwd()).resolve()
    for place in (start, *start.parents):
        if (place / "solutions").is_dir() and (place / "nbgrader_config.py").is_file():
            return place
    raise FileNotFoundError(
        "the current folder must be in the course's repository, which holds solutions/ and "
        f"nbgrader_config.py; got {start}"
    )


def problem_sets() -> list[str]:
    """Names of all problem sets, in alphabetical order."""
    return sorted(folder.name for folder in (root() / "solutions").iterdir() if folder.is_dir())


def read_source(name: str) -> NotebookNode:
    """Read the notebook of a problem set with answers and hidden tests."""
    return read_notebook(root() / "solutions" / name / f"{name}.ipynb")


def read_release(name: str) -> NotebookNode:
    """Read the notebook of a problem set that students get."""
    return read_notebook(root() / "exercises" / name / f"{name}.ipynb")
