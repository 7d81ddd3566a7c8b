"""A grade is recalled as it was kept, and only while nothing has changed that it depends on."""

import nbformat
import pytest
from ai4mat_grading import grades
from ai4mat_grading.grades import Graded
from ai4mat_grading.rehearsal import content

GRADED = Graded({"check_it": (0, 1), "test_it": (2, 2)}, {"check_it": [("E", "got 3")]}, {})


def notebook():
    """An answer, a check and a hidden test that is left out."""
    cells = [nbformat.v4.new_code_cell(text, id=text[:1]) for text in ("a = 1", "b = a", "c = 2")]
    for cell, name in zip(cells, ["it", "check_it", "test_it"]):
        kind = {"grade": name != "it", "solution": name == "it", "locked": name != "it"}
        cell.metadata["nbgrader"] = {"grade_id": name, "points": 1, "schema_version": 3} | kind
    cells[2].metadata["left_out"] = True
    return nbformat.v4.new_notebook(cells=cells)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(grades, "FOLDER", tmp_path / "grades")
    grades._surroundings.cache_clear()
    yield
    grades._surroundings.cache_clear()


def test_a_grade_comes_back_as_it_was_kept():
    assert grades.recalled(content(notebook())) is None
    grades.keep(content(notebook()), GRADED)
    found = grades.recalled(content(notebook()))
    assert (found.scores, found.errors, found.waiting) == (GRADED.scores, GRADED.errors, {})


def change_answer(nb, monkeypatch):
    nb.cells[0].source = "a = 2"


def change_check(nb, monkeypatch):
    nb.cells[1].source = "b = a + 1"


def change_points_of_a_test_left_out(nb, monkeypatch):
    nb.cells[2].metadata.nbgrader.points = 2


def add_a_test_left_out(nb, monkeypatch):
    nb.cells.append(nb.cells[2].copy())
    nb.cells[3].metadata = nbformat.from_dict(nb.cells[2].metadata)
    nb.cells[3].metadata.nbgrader.grade_id = "test_more"


def run_what_was_left_out(nb, monkeypatch):
    nb.cells[2].metadata["left_out"] = False


def change_a_module(nb, monkeypatch):
    monkeypatch.setattr(grades.dependencies, "digest", lambda names, root: "another")


def change_the_grader(nb, monkeypatch):
    monkeypatch.setattr(grades, "GRADER", grades.GRADER[:1])


@pytest.mark.parametrize(
    "change",
    [
        change_answer,
        change_check,
        change_points_of_a_test_left_out,
        add_a_test_left_out,
        run_what_was_left_out,
        change_a_module,
        change_the_grader,
    ],
)
def test_after_a_change_nothing_is_recalled(change, monkeypatch):
    nb = notebook()
    grades.keep(content(nb), GRADED)
    change(nb, monkeypatch)
    grades._surroundings.cache_clear()
    assert grades.recalled(content(nb)) is None
