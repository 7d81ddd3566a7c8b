"""Course folders in which real nbgrader grades answers; what is expected of them is in the tests.

A problem set's corpus lives in the folder of its name: ``base.py``, ``right/*.py`` and
``wrong/*.py``. Each file holds functions that take the place of the reference's; its docstring
says what it is and, in ``wrong``, after "Loses:", which graded cells must lose their points.

A written answer is a markdown cell that nbgrader leaves to a person: both a solution and graded,
with a grade_id that starts with ``written_``. It is in no corpus.
"""

import ast
import copy
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from nbgrader.utils import is_grade, is_solution
from processes import FORKS

from ai4mat_ising.cache import cache_folder

ROOT = Path(__file__).parents[2]
SOLUTIONS, EXERCISES, CORPUS = ROOT / "solutions", ROOT / "exercises", Path(__file__).parent
PROBLEM_SETS = sorted(folder.name for folder in SOLUTIONS.iterdir() if folder.is_dir())


# --- running nbgrader ------------------------------------------------------------------------


def environment(home):
    """Environment variables that keep nbgrader and Jupyter inside a folder of their own.

    Parameters
    ----------
    home : Path
        Takes the place of the home folder; nothing else is read or written but our package's cache.
    """
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


def start(folder, *arguments):
    """Start an nbgrader command in a course folder; `finish` waits for it."""
    variables = environment(folder / "home")
    process = FORKS.Process(
        target=_run, args=(folder, arguments, variables), name=" ".join(arguments)
    )
    process.start()
    return process


def _run(folder, arguments, variables):
    """Be nbgrader's command line, which takes seconds to import, in a process that was forked."""
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    with open("nbgrader.log", "w") as log:
        for number in (1, 2):
            os.dup2(log.fileno(), number)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))
    NbGraderApp.launch_instance([*arguments])


def finish(folder, process):
    """Wait for a command and return what it printed; RuntimeError if it failed."""
    process.join()
    log = (folder / "nbgrader.log").read_text()
    if process.exitcode != 0:
        raise RuntimeError(f"nbgrader {process.name} failed:\n{log[-4000:]}")
    return log


def nbgrader(folder, *arguments):
    """Run an nbgrader command in a course folder and return what it printed."""
    return finish(folder, start(folder, *arguments))


def make_course(folder, name, source=SOLUTIONS):
    """A course folder with the source of one problem set and its release, made by nbgrader.

    Parameters
    ----------
    folder : Path
        New folder.
    name : str
        Problem set.
    source : Path
        Folder that holds the problem set's own folder.

    Returns
    -------
    Path
        `folder`; the release is in ``exercises/<name>`` there.
    """
    (folder / "home").mkdir(parents=True)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    shutil.copytree(source / name, folder / "solutions" / name)
    nbgrader(folder, "generate_assignment", name)
    return folder


# --- writing submissions ---------------------------------------------------------------------


@dataclass
class Answer:
    """One file of a corpus.

    Attributes
    ----------
    title : str
        What it is: the first line of its docstring.
    loses : frozenset of str
        Graded cells that must lose their points; empty for a right answer.
    preamble : str
        Its code outside the functions that are asked for.
    functions : dict of str to str
        Source of each function that is asked for.
    """

    title: str
    loses: frozenset
    preamble: str
    functions: dict


def read_notebook(path):
    """A notebook in the format of version 4."""
    return nbformat.read(path, as_version=4)


def read_source(name):
    """The notebook of a problem set with answers and hidden tests."""
    return read_notebook(SOLUTIONS / name / f"{name}.ipynb")


def read_release(name):
    """The notebook of a problem set that students get."""
    return read_notebook(EXERCISES / name / f"{name}.ipynb")


def is_written(cell):
    """Whether a cell takes an answer in words, which a person grades."""
    return is_grade(cell) and is_solution(cell)


def asked_functions(source_notebook):
    """Functions that the students write: {name: source of the reference}, in order."""
    functions = {}
    for cell in source_notebook.cells:
        if is_solution(cell) and not is_written(cell):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef):
                    functions[node.name] = ast.get_source_segment(cell.source, node)
    return functions


def corpus(name, kind):
    """Files of one problem set's corpus; ``base.py`` counts among the "right" ones."""
    own = sorted((CORPUS / name / kind).glob("*.py"))
    return [CORPUS / name / "base.py", *own] if kind == "right" else own


def read_answer(path, asked):
    """Parse a file of the corpus.

    Parameters
    ----------
    path : Path
        The file.
    asked : collection of str
        Names of the functions that the problem set asks for.

    Returns
    -------
    Answer

    Raises
    ------
    ValueError
        If the file has no docstring, or defines none of these functions: the answer would be that
        of ``base.py``.
    """
    text = path.read_text()
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree)
    if docstring is None:
        raise ValueError(f"{path} must begin with a docstring that says what the answer is")
    loses = re.search(r"Loses:\s*([\w\s,]+)", docstring)
    functions, rest = {}, []
    for node in tree.body[1:]:
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(decorator.lineno for decorator in decorators)])
        segment = "\n".join(text.splitlines()[first - 1 : node.end_lineno])
        if isinstance(node, ast.FunctionDef) and node.name in asked:
            functions[node.name] = segment
        else:
            rest.append(segment)
    if not functions:
        raise ValueError(f"{path} must define one of {', '.join(asked)}, or it is no other answer")
    return Answer(
        title=docstring.splitlines()[0],
        loses=frozenset(re.findall(r"\w+", loses[1])) if loses else frozenset(),
        preamble="\n".join(rest),
        functions=functions,
    )


def submit(release, functions, preambles=()):
    """Fill functions into a copy of a released notebook, as a student would.

    Parameters
    ----------
    release : NotebookNode
        The released notebook.
    functions : dict of str to str
        Source of each function asked for.
    preambles : iterable of str
        Cells to add before the first function.

    Returns
    -------
    NotebookNode
    """
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if is_written(cell):
            cell.source = "An answer in words."
        elif is_solution(cell):
            names = [node.name for node in ast.parse(cell.source).body]
            cell.source = "\n\n\n".join(functions[name] for name in names)
    cells = enumerate(notebook.cells)
    first = next(i for i, cell in cells if is_solution(cell) and not is_written(cell))
    notebook.cells[first:first] = [
        nbformat.v4.new_code_cell(text, metadata={"preamble": True}) for text in preambles if text
    ]
    return notebook


# --- grading ---------------------------------------------------------------------------------


@dataclass(repr=False)
class Graded:
    """What nbgrader made of one submission.

    Attributes
    ----------
    scores : dict of str to (float, float)
        For each cell that nbgrader grades its points and the points possible.
    errors : dict of str to list of (str, str)
        For each cell with errors, their names and messages.
    waiting : dict of str to bool
        For each written answer whether a person has to grade it.
    """

    scores: dict
    errors: dict
    waiting: dict

    @property
    def total(self):
        """Points of the whole notebook."""
        return sum(points for points, _ in self.scores.values())

    def __repr__(self):
        return "\n".join(f"{cell}: {errors}" for cell, errors in self.errors.items()) or "no errors"

    @property
    def lost(self):
        """Graded cells without any of their points."""
        return {cell for cell, (points, maximum) in self.scores.items() if points == 0 < maximum}

    @property
    def kept(self):
        """Graded cells with all of their points."""
        return {cell for cell, (points, maximum) in self.scores.items() if points == maximum > 0}


def grade(courses, name, submissions):
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
    for i, (student, notebook) in enumerate(submissions.items()):
        path = courses[i % len(courses)] / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
    running = [(course, start(course, "autograde", name)) for course in courses]
    for course, process in running:
        finish(course, process)
    return {s: graded for course in courses for s, graded in read_gradebook(course, name)}


def read_gradebook(course, name):
    """Scores and errors of every submission in a course folder, one (student, Graded) each."""
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for submission in gradebook.assignment_submissions(name):
            student = submission.student.id
            grades = submission.notebooks[0].grades
            scores = {g.name: (g.score, g.max_score) for g in grades if not _by_hand(g)}
            waiting = {g.name: g.needs_manual_grade for g in grades if _by_hand(g)}
            path = course / "autograded" / student / name / f"{name}.ipynb"
            yield student, Graded(scores, errors_of(read_notebook(path)), waiting)


def _by_hand(grade):
    return grade.cell.cell_type == "markdown"


def errors_of(notebook):
    """Errors in the outputs of a notebook: {cell: [(name, message)]}."""
    errors = {}
    for i, cell in enumerate(notebook.cells):
        found = [o for o in cell.get("outputs", []) if o.output_type == "error"]
        if found:
            label = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell {i}: {cell.source}")
            errors[label] = [(o.ename, o.evalue) for o in found]
    return errors


def graded_cells(source_notebook):
    """Cells of a source notebook that nbgrader grades: {grade_id: points}."""
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in source_notebook.cells
        if is_grade(cell) and not is_written(cell)
    }


def written_cells(source_notebook):
    """Written answers of a source notebook: {grade_id: points}."""
    return {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in source_notebook.cells
        if is_written(cell)
    }
