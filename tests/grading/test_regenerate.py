"""Releasing again changes all or nothing, and loses no grade."""

import nbformat
import pytest
import toy
from ai4mat_grading import engine
from ai4mat_grading.course import Refused
from ai4mat_grading.regenerate import regenerate
from course_state import files, gradebook, state
from fakes import FakeGrader

pytestmark = pytest.mark.slow


@pytest.fixture
def graded(course):
    """A course with one grade; its source is edited through `change`."""
    toy.submit(course, "ann", toy.RIGHT)
    engine.grade(course, toy.NAME, grader=FakeGrader, progress=False)
    return course


def change(course, edit):
    """Edit the instructor's notebook: `edit` gets its cells by name."""
    path = course / "solutions" / toy.NAME / f"{toy.NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    edit(notebook.cells, {cell.id: cell for cell in notebook.cells})
    nbformat.write(notebook, path)


def add(cells, by_name):
    new = toy.cell(toy.new_code_cell, "test_more", "assert 1", grade=True, locked=True, points=1)
    cells.append(new)


def remove(cells, by_name):
    cells.remove(by_name["check-double"])


def make_written(cells, by_name):
    by_name["check-double"].metadata.nbgrader.update(solution=True, locked=False)


def double_a_name(cells, by_name):
    cells.append(toy.cell(toy.new_code_cell, "check_double", "1", grade=True, points=1))
    cells[-1].id = "another"


def new_test(cells, by_name):
    by_name["test-double"].source += "assert double([0]) == [0]"


def new_points(cells, by_name):
    by_name["test-double"].metadata.nbgrader.points = 5


def new_text(cells, by_name):
    by_name["title"].source = "# A better toy"


@pytest.mark.parametrize(
    "edit, message",
    [
        (add, "cell test_more was added"),
        (remove, "cell check_double was removed"),
        (make_written, r"cell check_double has another role \(locked, solution\)"),
    ],
)
def test_what_would_lose_grades_is_refused(graded, edit, message):
    change(graded, edit)
    before = state(graded), files(graded / "exercises")
    with pytest.raises(Refused, match=f"{message}.*grades of 1 students.*nbgrader db assignment"):
        regenerate(graded, toy.NAME)
    assert (state(graded), files(graded / "exercises")) == before


@pytest.mark.parametrize(
    "edit, message",
    [
        (new_test, "cell test_double has another text"),
        (new_points, "cell test_double has 5 points instead of 2"),
        (new_text, "cells without points have another text"),
    ],
)
def test_what_loses_no_grade_is_taken_over(graded, edit, message):
    change(graded, edit)
    before = gradebook(graded)
    said = regenerate(graded, toy.NAME)
    assert message in said
    assert "run `ising-grade toy` again" in said
    assert gradebook(graded) == before
    summary = engine.grade(graded, toy.NAME, grader=FakeGrader, progress=False)
    assert summary.graded == ["ann"]


def test_it_makes_what_nbgrader_makes(course, tmp_path):
    expected = files(course / "exercises")
    assert regenerate(course, toy.NAME) == "toy is released in exercises/toy/"
    assert files(course / "exercises") == expected
    assert not (course / ".grading" / "scratch").exists()


def test_the_first_release(tmp_path):
    toy.write(tmp_path)
    said = regenerate(tmp_path, toy.NAME)
    assert said == "toy is released in exercises/toy/"
    toy.submit(tmp_path, "ann", toy.RIGHT)
    assert engine.grade(tmp_path, toy.NAME, grader=FakeGrader, progress=False).graded == ["ann"]


def test_cells_may_come_and_go_before_the_first_grade(course):
    change(course, add)
    assert "cell test_more was added" in regenerate(course, toy.NAME)


def test_a_set_that_nbgrader_cannot_release_leaves_the_old_one(course):
    change(course, double_a_name)
    before = files(course / "exercises")
    with pytest.raises(Refused, match="nbgrader cannot release toy: "):
        regenerate(course, toy.NAME)
    assert files(course / "exercises") == before
    with pytest.raises(Refused, match="nbgrader cannot release nothing"):
        regenerate(course, "nothing")
