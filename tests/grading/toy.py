"""A toy course: one function, two test cells, a written answer if wanted; made by real nbgrader."""

import os
import sys
from pathlib import Path
from unittest import mock

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

NAME = "toy"
CONFIG = """\
c = get_config()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
"""
RIGHT = "return [2 * value for value in values]"
FUNCTION = '''\
def double(values):
    """Twice each number of a list."""
    ### BEGIN SOLUTION
    {answer}
    ### END SOLUTION
'''
CHECK = """\
# Check: one list. (1 point)
assert double([1, 2]) == [2, 4], f"double([1, 2]) must be [2, 4], got {double([1, 2])}"
"""
TEST = """\
# Hidden tests: another list. (2 points)
### BEGIN HIDDEN TESTS
assert double([5, -3]) == [10, -6], "double is wrong for other lists"
### END HIDDEN TESTS
"""


def cell(new, grade_id, source, **roles):
    """A cell that nbgrader knows; roles that are not named are off."""
    entry = {"grade": False, "locked": False, "solution": False, "task": False}
    entry.update(grade_id=grade_id, schema_version=3, **roles)
    made = new(source, metadata={"nbgrader": entry})
    made.id = grade_id.replace("_", "-")
    return made


def source(answer=RIGHT, written=False):
    """The instructor's notebook: 3 points, and 4 for the written answer."""
    test = {"grade": True, "locked": True}
    cells = [
        new_markdown_cell("# A toy", id="title"),
        new_code_cell("numbers = [1, 2, 3]", id="lesson"),
        cell(new_code_cell, "double", FUNCTION.format(answer=answer), solution=True),
        cell(new_code_cell, "check_double", CHECK, points=1, **test),
        cell(new_code_cell, "test_double", TEST, points=2, **test),
    ]
    if written:
        roles = {"grade": True, "solution": True, "points": 4}
        cells.append(cell(new_markdown_cell, "written_why", "Because.", **roles))
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def write(folder, notebook=None, name=NAME):
    """Put the instructor's notebook into a course folder, without a release."""
    path = folder / "solutions" / name / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(CONFIG)
    nbformat.write(notebook or source(), path)


def release(folder, name=NAME):
    """Let nbgrader make the release, as `nbgrader generate_assignment` does.

    Raises
    ------
    RuntimeError
        With what nbgrader said, where it failed.
    """
    config = Config()
    config.CourseDirectory.root = str(folder)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    # nbgrader calls alembic by its bare name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with mock.patch.dict(os.environ, PATH=path):
        result = NbGraderAPI(config=config).generate_assignment(name)
    if not result["success"]:
        raise RuntimeError(result["log"])


def make_course(folder, written=False):
    """A course folder with the toy, released."""
    write(folder, source(written=written))
    release(folder)
    return folder


def submit(folder, student, answer, name=NAME, timestamp="2030-01-02 03:04:05 UTC"):
    """A submission whose function has this body; bytes are written as they are.

    Returns
    -------
    Path
        Its folder.
    """
    place = folder / "submitted" / student / name
    place.mkdir(parents=True, exist_ok=True)
    path = place / f"{name}.ipynb"
    if timestamp:
        (place / "timestamp.txt").write_text(timestamp)
    if isinstance(answer, bytes):
        path.write_bytes(answer)
        return place
    notebook = nbformat.read(folder / "exercises" / name / f"{name}.ipynb", as_version=4)
    for found in notebook.cells:
        if found.metadata.get("nbgrader", {}).get("grade_id") == "double":
            found.source = f"def double(values):\n    {answer}\n"
    nbformat.write(notebook, path)
    return place
