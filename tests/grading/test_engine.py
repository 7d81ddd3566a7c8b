"""The engine grades all, keeps what is done, and says what it could not do."""

import shutil
import weakref
from concurrent.futures import Future

import nbformat
import pytest
import toy
from ai4mat_grading import engine, report, submissions
from ai4mat_grading.course import Course, Refused
from course_state import gradebook, state
from fakes import FakeGrader
from nbgrader.api import Gradebook

pytestmark = pytest.mark.slow


def grade(course, **options):
    options = {"grader": FakeGrader, "progress": False, "jobs": 2, **options}
    return engine.grade(course, toy.NAME, **options)


def scores(course, student):
    """Automatic score and whether a person must look, by cell."""
    return {row[1]: (row[2], row[5]) for row in gradebook(course)[student, toy.NAME]["grades"]}


def edit(course):
    """The gradebook, open; commit by hand."""
    return Gradebook(f"sqlite:///{course}/gradebook.db")


def test_every_folder_gets_a_row(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    summary = grade(course)
    assert len(summary.graded) == 8
    assert not summary.failed
    assert summary.code == 0
    assert scores(course, "ann") == {
        "check_double": (1, False),
        "test_double": (2, False),
        "written_why": (None, True),
    }
    # A login page and an empty folder: no points, and the first grade asks for a person.
    for student in ("eve", "hugo"):
        assert scores(course, student) == {
            "check_double": (0, True),
            "test_double": (0, False),
            "written_why": (None, True),
        }
    assert summary.notes["hugo"] == ["There is no toy.ipynb that can be graded"]
    assert summary.notes["cem"] == ["a locked cell was edited"]


def test_files_are_what_nbgrader_leaves(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    (course / "solutions" / toy.NAME / "table.csv").write_text("of the instructor")
    (course / "submitted" / "gül" / toy.NAME / "table.csv").write_text("of the student")
    grade(course)
    folder = course / "autograded" / "gül" / toy.NAME
    names = ["data.txt", "table.csv", "timestamp.txt", "toy.ipynb"]
    assert sorted(path.name for path in folder.iterdir()) == names
    assert (folder / "table.csv").read_text() == "of the instructor"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o444}


def test_a_second_run_changes_nothing_and_judges_nobody(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    grade(course)
    before = state(course)

    class Never(FakeGrader):
        def __enter__(self):
            raise AssertionError("a grader was started")

    summary = grade(course, grader=Never)
    assert len(summary.cached) == 8
    assert summary.notes["cem"] == ["a locked cell was edited"]
    assert state(course) == before


@pytest.mark.parametrize("jobs", [1, 4])
def test_the_order_of_judging_does_not_matter(class_of_8, copies, jobs):
    one, other = copies(class_of_8, 2)
    grade(one, jobs=1)
    for student in ("gül", "ann"):
        grade(other, students=[student])
    grade(other, jobs=jobs)
    assert state(one) == state(other)


def lose_gradebook(course):
    (course / "gradebook.db").unlink()
    toy.release(course)


def lose_a_file(course):
    shutil.rmtree(course / "autograded" / "ann")


def lose_a_row(course):
    with edit(course) as opened:
        opened.remove_submission(toy.NAME, "ann")


def change_a_grade(course):
    with edit(course) as opened:
        opened.find_grade("test_double", toy.NAME, toy.NAME, "ann").auto_score = 0
        opened.db.commit()


@pytest.mark.parametrize("lose", [lose_gradebook, lose_a_file, lose_a_row, change_a_grade])
def test_what_was_lost_is_graded_again(class_of_8, copies, lose):
    (course,) = copies(class_of_8, 1)
    grade(course)
    before = state(course)
    lose(course)
    summary = grade(course)
    assert "ann" in summary.graded
    assert state(course) == before


def test_a_resubmission_replaces_the_grade_and_keeps_what_a_person_gave(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    grade(course)
    with edit(course) as opened:
        given = opened.find_grade("written_why", toy.NAME, toy.NAME, "ben")
        given.manual_score, given.extra_credit, given.needs_manual_grade = 3, 0.5, False
        comment = opened.find_comment("double", toy.NAME, toy.NAME, "ben")
        comment.manual_comment = "Try again"
        opened.db.commit()
    assert "ben" not in grade(course).person
    toy.submit(course, "ben", toy.RIGHT, timestamp="2030-01-03 00:00:00 UTC")
    summary = grade(course)
    assert summary.graded == ["ben"]
    assert "ben" in summary.person
    found = gradebook(course)["ben", toy.NAME]
    assert found["grades"] == [
        (toy.NAME, "check_double", 1.0, None, None, False),
        (toy.NAME, "test_double", 2.0, None, None, False),
        (toy.NAME, "written_why", None, 3.0, 0.5, True),
    ]
    assert (toy.NAME, "double", None, "Try again") in found["comments"]
    assert str(found["timestamp"]) == "2030-01-03 00:00:00"


def test_late_penalties_follow_the_due_date(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    with open(course / "nbgrader_config.py", "a") as config:
        config.write('c.AssignLatePenalties.plugin_class = "late.HalfAPoint"\n')
    (course / "late.py").write_text(
        "from nbgrader.plugins import BasePlugin\n"
        "class HalfAPoint(BasePlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 0.5\n"
    )
    grade(course)
    assert gradebook(course)["ann", toy.NAME]["penalty"] == 0
    with edit(course) as opened:
        opened.update_or_create_assignment(toy.NAME, duedate="2030-01-01 00:00:00 UTC")
    assert not grade(course).graded
    assert gradebook(course)["ann", toy.NAME]["penalty"] == 0.5
    # No more than the points there are.
    assert gradebook(course)["eve", toy.NAME]["penalty"] == 0
    with edit(course) as opened:
        opened.grant_extension(toy.NAME, "ann", days=7)
    assert not grade(course).graded
    assert gradebook(course)["ann", toy.NAME]["penalty"] == 0


def test_a_grade_depends_on_limits_and_on_the_sandbox(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    grade(course)
    assert not grade(course).graded
    assert len(grade(course, confined=False).graded) == 8
    found = report.read(Course(course), toy.NAME, "ann")
    assert found.warnings == ["Student code ran without a sandbox"]
    assert "Warning: Student code ran without a sandbox" in found.text()
    assert len(grade(course, confined=False, points_only=True).graded) == 8
    assert len(grade(course, confined=False, points_only=True, force=True).graded) == 8


def test_a_submission_that_is_gone_keeps_its_grade(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    grade(course)
    before = gradebook(course)
    shutil.rmtree(course / "submitted" / "ann")
    summary = grade(course)
    assert summary.gone == ["ann"]
    assert "Submission gone, grade left as it was: ann" in str(summary)
    assert gradebook(course) == before


class Breaks(FakeGrader):
    """Breaks on everyone's first judging, and always on one."""

    seen: set = set()

    def grade(self, raw, plan, points_only=False):
        first = raw not in self.seen
        self.seen.add(raw)
        if b"3 *" in raw or (first and b"return values" in raw):
            raise RuntimeError("the sandbox died")
        return super().grade(raw, plan, points_only)


def test_what_breaks_is_tried_again_and_then_named(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    summary = grade(course, grader=Breaks)
    assert summary.failed == {"dóra": "RuntimeError: the sandbox died"}
    assert "ben" in summary.graded
    assert summary.code == 1
    assert ("dóra", toy.NAME) not in gradebook(course)
    assert "Not graded" in (course / "reports" / toy.NAME / "dóra.txt").read_text()
    assert grade(course).graded == ["dóra"]


def test_the_reference_must_have_all_points(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    path = course / "solutions" / toy.NAME / f"{toy.NAME}.ipynb"
    nbformat.write(toy.source("return values", written=True), path)
    with pytest.raises(Refused, match="own answers in toy lose points.*check_double: double is"):
        grade(course)
    assert not gradebook(course)


def test_the_release_must_have_none(class_of_8, copies):
    class Generous(FakeGrader):
        def _score(self, cell, answer):
            return None if cell.solution else cell.points

    (course,) = copies(class_of_8, 1)
    with pytest.raises(Refused, match="release of toy gets points in check_double, test_double"):
        grade(course, grader=Generous)


def test_stopping_keeps_what_is_done(class_of_8, copies, monkeypatch):
    (course,) = copies(class_of_8, 1)
    result, number = Future.result, iter(range(100))

    def interrupted(self, timeout=None):
        if next(number) == 5:
            raise KeyboardInterrupt
        return result(self, timeout)

    with monkeypatch.context() as patch:
        patch.setattr(Future, "result", interrupted)
        summary = grade(course, jobs=1)
    assert summary.stopped
    assert summary.code == 130
    done = len(summary.graded)
    assert 0 < done < 8
    assert not (course / ".grading" / "scratch").exists()
    assert len(grade(course).cached) == done


@pytest.mark.parametrize(
    "prepare, students, message",
    [
        (lambda course: (course / "gradebook.db").unlink(), None, "no gradebook yet"),
        (lambda course: None, None, "no submissions of toy in submitted/"),
        (lambda course: toy.submit(course, "ann", toy.RIGHT), ["bob"], "No submission.*: bob"),
    ],
)
def test_what_cannot_be_graded_is_refused(course, prepare, students, message):
    prepare(course)
    with pytest.raises(Refused, match=message):
        grade(course, students=students)


def test_an_unknown_set_is_refused(course):
    with pytest.raises(Refused, match="knows no set 'toi'.*knows: toy"):
        engine.grade(course, "toi", grader=FakeGrader)


def test_two_runs_at_once_are_refused(course):
    with Course(course).locked():
        with pytest.raises(Refused, match="Another ising-grade"):
            grade(course)


def test_a_locked_gradebook_is_said(class_of_8, copies, monkeypatch):
    monkeypatch.setattr("ai4mat_grading.course.PATIENCE", 0)
    (course,) = copies(class_of_8, 1)
    with edit(course) as opened:
        opened.db.connection().exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(Refused, match="close formgrader"):
            grade(course)
        opened.db.rollback()
    assert not gradebook(course)
    assert len(grade(course).graded) == 8


def test_hundreds_of_submissions_are_read_a_few_at_a_time(course, monkeypatch):
    held, most = set(), 0

    def read(*arguments):
        nonlocal most
        found = submissions_read(*arguments)
        held.add(found.student)
        weakref.finalize(found, held.discard, found.student)
        most = max(most, len(held))
        return found

    submissions_read = submissions.read
    monkeypatch.setattr(submissions, "read", read)
    place = toy.submit(course, "s0", toy.RIGHT)
    text = (place / f"{toy.NAME}.ipynb").read_text()
    for number in range(1, 300):
        toy.submit(course, f"s{number}", text.replace("[2 *", f"[{number} *").encode())
    summary = grade(course)
    assert len(summary.graded) == 300
    # Two in flight for each of two jobs, those that are being stored, and the next.
    assert most < 10
    assert len(str(summary).splitlines()) < 10
