"""A course from release to grades with nbgrader's own commands, which go through the judge."""

import contextlib
import csv
import shutil

import jupyterlab_of_a_course as jupyterlab
import nbformat
import pytest
from ai4mat_grading.corpus import fill_in, read_answers
from ai4mat_grading.notebooks import graded_cells, read_notebook
from ai4mat_grading.repository import read_release, read_source, root
from ai4mat_grading.stock import nbgrader

NAME = "vector_order"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    """Options that name the course and where the files go to and fro; anyone may write there."""
    root = tmp_path_factory.mktemp("exchange")
    root.chmod(0o777)
    return [f"--Exchange.root={root}", "--CourseDirectory.course_id=ising"]


@pytest.fixture(scope="module")
def answers():
    """Notebooks of three students: right, partly right, as released; what the second one loses."""
    release = read_release(NAME)
    filled = fill_in(NAME, release)
    stem, wrong = next(iter(read_answers(NAME, "wrong").items()))
    return {"right": filled["base"], "partly": filled[stem], "empty": release}, wrong.loses


@pytest.fixture(scope="module")
def finished(tmp_path_factory, new_course, exchange, answers):
    """The course folder and those of the students, after everything has been done."""
    course = new_course(NAME)
    shutil.copy(root() / "nbgrader_config.py", course)
    nbgrader(course, "release_assignment", NAME, *exchange)
    students = {student: tmp_path_factory.mktemp(student) for student in answers[0]}
    for student, folder in students.items():
        own = [*exchange, f"--CourseDirectory.student_id={student}"]
        nbgrader(folder, "fetch_assignment", NAME, *own)
        fetched = folder / NAME / f"{NAME}.ipynb"
        assert read_notebook(fetched) == read_release(NAME)
        nbformat.write(answers[0][student], fetched)
        nbgrader(folder, "submit", NAME, *own)
    nbgrader(course, "collect", NAME, *exchange)
    nbgrader(course, "autograde", NAME)
    nbgrader(course, "generate_feedback", NAME)
    nbgrader(course, "release_feedback", NAME, *exchange)
    for student, folder in students.items():
        own = [*exchange, f"--CourseDirectory.student_id={student}"]
        nbgrader(folder, "fetch_feedback", NAME, *own)
    nbgrader(course, "export")
    return course, students


@pytest.fixture(scope="module")
def expected(answers):
    """What each student's score should be."""
    worth, (_, loses) = graded_cells(read_source(NAME)), answers
    right = sum(worth.values())
    return {"right": right, "partly": right - sum(worth[cell] for cell in loses), "empty": 0}


@pytest.fixture(scope="module")
def possible():
    """Points of the whole set, those that a person gives among them."""
    cells = [cell.metadata.get("nbgrader", {}) for cell in read_source(NAME).cells]
    return sum(cell["points"] for cell in cells if cell.get("grade"))


def test_the_grades_are_what_they_should_be(finished, expected):
    course, _ = finished
    with open(course / "grades.csv", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == expected and 0 < expected["partly"] < expected["right"]


def test_every_student_gets_feedback_with_the_own_score(finished, expected, possible):
    _, students = finished
    for student, folder in students.items():
        (page,) = (folder / NAME / "feedback").rglob(f"{NAME}.html")
        assert f"{expected[student]:g} of {possible:g} points" in page.read_text()


@pytest.fixture(scope="module")
def lab(finished):
    """Address of a JupyterLab that was started in the course folder, with its token."""
    course, _ = finished
    with jupyterlab.started(course) as address:
        yield address


def test_formgrader_shows_the_grades_in_jupyterlab(lab, new_page, expected, possible):
    with contextlib.closing(new_page()) as page:
        formgrader = jupyterlab.open_formgrader(page, lab)
        formgrader.get_by_role("link", name="Manage Students").click()
        for student, score in expected.items():
            name = page.get_by_role("gridcell", name=student, exact=True)
            row = formgrader.get_by_role("row").filter(has=name)
            shown = row.get_by_role("gridcell").nth(3).inner_text()
            assert shown == f"{score:g} / {possible:g}", student
