"""Stock nbgrader, as it is without us, in course folders of its own: the measure of our grading."""

import os
import shutil
import sys
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp

from .grades import Graded
from .notebooks import errors_of, read_notebook
from .processes import forks
from .repository import root

# The repository's configuration without our judge; training takes longer than nbgrader's 30 s.
CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.Execute.timeout = 600
c.Execute.iopub_timeout = 60  # a busy machine is slow to report what a cell printed
"""

# --- running nbgrader ------------------------------------------------------------------------


def environment(home: Path) -> dict[str, str]:
    """Environment variables that keep nbgrader and Jupyter inside a folder of their own.

    Parameters
    ----------
    home : Path
        Takes the place of the home folder; nothing else is read or written but our package's cache.
    """
    # Here, as nothing of ours imports the course's package when it is imported itself.
    from ai4mat_ising.cache import cache_folder

    own = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    own.update(
        HOME=str(home),
        IPYTHONDIR=str(home / "ipython"),
        JUPYTER_CONFIG_DIR=str(home / "config"),
        JUPYTER_DATA_DIR=str(home / "data"),
        JUPYTER_RUNTIME_DIR=str(home / "runtime"),
        MPLCONFIGDIR=str(home / "matplotlib"),
        # nbgrader calls alembic by its bare name.
        PATH=os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        # One core for each lane.
        OMP_NUM_THREADS="1",
        # Compiled kernels and drawn data sets are the same for everyone.
        AI4MAT_CACHE=str(cache_folder()),
    )
    return own


def start(folder: Path, *arguments: str) -> BaseProcess:
    """Start an nbgrader command in a course folder; `finish` waits for it."""
    variables = environment(folder / "home")
    process = forks().Process(
        target=_run, args=(folder, arguments, variables), name=" ".join(arguments)
    )
    process.start()
    return process


def _run(folder: Path, arguments: tuple[str, ...], variables: dict[str, str]) -> None:
    """Be nbgrader's command line, which takes seconds to import, in a process that was forked."""
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    with open("nbgrader.log", "w") as log:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))
    NbGraderApp.launch_instance([*arguments])


def finish(folder: Path, process: BaseProcess) -> str:
    """Wait for a command and return what it printed; RuntimeError if it failed."""
    process.join()
    log = (folder / "nbgrader.log").read_text()
    if process.exitcode != 0:
        raise RuntimeError(f"nbgrader {process.name} failed:\n{log[-4000:]}")
    return log


def nbgrader(folder: Path, *arguments: str) -> str:
    """Run an nbgrader command in a course folder and return what it printed."""
    return finish(folder, start(folder, *arguments))


def make_course(folder: Path, name: str, source: Path | None = None) -> Path:
    """Make a course folder with the source of one problem set and nbgrader's release of it.

    Parameters
    ----------
    folder : Path
        New folder.
    name : str
        Problem set.
    source : Path, optional
        Folder that holds the problem set's own folder; the repository's ``solutions``, where it is
        left out.

    Returns
    -------
    Path
        `folder`; the release is in ``exercises/<name>`` there.
    """
    (folder / "home").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    shutil.copytree((source or root() / "solutions") / name, folder / "solutions" / name)
    nbgrader(folder, "generate_assignment", name)
    return folder


# --- grading ---------------------------------------------------------------------------------


def grade(
    courses: list[Path], name: str, submissions: dict[str, NotebookNode]
) -> dict[str, Graded]:
    """Have nbgrader grade submissions, shared among course folders side by side.

    Parameters
    ----------
    courses : list of Path
        Folders that `make_course` made, one for each core.
    name : str
        Problem set.
    submissions : dict of str to NotebookNode
        One notebook for each student.

    Returns
    -------
    dict of str to Graded
    """
    courses = courses[: len(submissions)]  # nbgrader calls a folder without submissions an error
    for i, (student, notebook) in enumerate(submissions.items()):
        path = courses[i % len(courses)] / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    running = [(course, start(course, "autograde", name)) for course in courses]
    for course, process in running:
        finish(course, process)
    return {s: graded for course in courses for s, graded in read_gradebook(course, name)}


def read_gradebook(course: Path, name: str) -> Iterator[tuple[str, Graded]]:
    """Scores and errors of every submission in a course folder, one (student, Graded) each."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(name):
            student = submission.student.id
            grades = submission.notebooks[0].grades
            scores = {g.name: (g.score, g.max_score) for g in grades if not _by_hand(g)}
            waiting = {g.name: g.needs_manual_grade for g in grades if _by_hand(g)}
            path = course / "autograded" / student / name / f"{name}.ipynb"
            yield student, Graded(scores, errors_of(read_notebook(path)), waiting)


def _by_hand(grade) -> bool:
    return grade.cell.cell_type == "markdown"
