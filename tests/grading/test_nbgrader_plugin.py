"""nbgrader's own autograde, with the judge in it, gives the grades of the engine."""

import pytest
import toy
from ai4mat_grading import engine
from course_state import files, gradebook
from fakes import FakeGrader
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

pytestmark = pytest.mark.slow


def autograde(course):
    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.source_directory = "solutions"
    config.CourseDirectory.release_directory = "exercises"
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = [
        "ai4mat_grading.nbgrader_plugin.Judge",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    api = NbGraderAPI(config=config)
    return [api.autograde(toy.NAME, student)["success"] for student in ("ann", "ben", "cem")]


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own
def test_the_same_grades_as_the_engine(class_of_8, copies, monkeypatch):
    monkeypatch.setattr("ai4mat_grading.grader.Grader", FakeGrader)
    ours, theirs = copies(class_of_8, 2)
    engine.grade(ours, toy.NAME, students=["ann", "ben", "cem"], progress=False)
    assert autograde(theirs) == [True, True, True]
    assert gradebook(theirs) == gradebook(ours)
    assert files(theirs / "autograded").keys() == files(ours / "autograded").keys()
