"""Killed at any moment and started again, the engine ends as if nothing had happened."""

import contextlib
import multiprocessing
import random
import shutil
import time

import pytest
import toy
from ai4mat_grading import engine
from ai4mat_grading.course import Course
from ai4mat_grading.store import Store
from chosen import some
from course_state import state
from fakes import FakeGrader, SlowGrader

pytestmark = pytest.mark.slow

MOMENTS = 25
# Submissions that are stored anew: seven came in, and for four others a due date was set.
NEW = 11
# nbgrader takes seconds to import: once, in the process from which the engine's are forked.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["ai4mat_grading.engine", "fakes", "toy"])


def run(course, jobs):
    summary = engine.grade(course, toy.NAME, jobs=jobs, progress=False, grader=SlowGrader)
    raise SystemExit(summary.code)


def start(course, jobs=2):
    process = FORKS.Process(target=run, args=(course, jobs))
    process.start()
    return process


def finish(process):
    process.join()
    assert process.exitcode == 0


@pytest.fixture(scope="module")
def begun(class_of_8, tmp_path_factory):
    """A class half of which has been graded, where a person has given points and comments."""
    folder = shutil.copytree(class_of_8, tmp_path_factory.mktemp("begun") / "course")
    finish(start(folder))
    with Course(folder).gradebook() as opened:
        for student in ("ben", "finn o'neil"):
            grade = opened.find_grade("written_why", toy.NAME, toy.NAME, student)
            grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 2, 0.25, False
            comment = opened.find_comment("double", toy.NAME, toy.NAME, student)
            comment.manual_comment = "Well"
        opened.update_or_create_assignment(toy.NAME, duedate="2030-02-01 00:00:00 UTC")
    for student in ("ben", "ann", "hugo", "eve"):
        answer = toy.RIGHT if student != "ann" else "return 'worse'"
        toy.submit(folder, student, answer, timestamp="2030-02-02 00:00:00 UTC")
    for student in ("ida", "jan", "kai"):
        toy.submit(folder, student, f"return '{student}'")
    return folder


@pytest.fixture(scope="module")
def undisturbed(begun, tmp_path_factory):
    """What a serial run makes of it, and how many seconds the engine takes."""
    folder = shutil.copytree(begun, tmp_path_factory.mktemp("undisturbed") / "course")
    began = time.monotonic()
    finish(start(folder, jobs=1))
    return state(folder), time.monotonic() - began


@pytest.mark.parametrize("moment", some(range(MOMENTS), 3))
def test_killed_and_started_again(begun, undisturbed, tmp_path, moment):
    expected, seconds = undisturbed
    course = shutil.copytree(begun, tmp_path / "course")
    old = records(course)
    process = start(course)
    # So many submissions are stored, however busy the machine is; then at any moment of the next.
    while process.is_alive() and len(records(course) - old) < moment % NEW:
        time.sleep(0.001)
    time.sleep(random.Random(moment).uniform(0, 2 * seconds / NEW))
    process.kill()
    process.join()
    finish(start(course))
    assert state(course) == expected
    kept = {path.name for path in (course / ".grading").iterdir()}
    assert kept == {"checked", "done", "lock"}


def records(course):
    """Which submissions are stored, and when."""
    found = set()
    for path in (course / ".grading" / "done" / toy.NAME).iterdir():
        with contextlib.suppress(FileNotFoundError):
            found.add((path.name, path.stat().st_mtime_ns))
    return found


STEPS = ["_stage", "_write_grades", "_penalize", "_publish", "_files_hash", "_write_record"]


class Killed(BaseException):
    """Ends a run as abruptly as an exception can."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("after", [False, True])
def test_cut_off_at_each_step_of_storing(begun, undisturbed, tmp_path, monkeypatch, step, after):
    """Between two steps a kill hits rarely by chance; here each is cut off, before and after."""
    expected, _ = undisturbed
    course = shutil.copytree(begun, tmp_path / "course")
    original = getattr(Store, step)

    def cut(self, *arguments):
        if after:
            original(self, *arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Store, step, cut)
        with pytest.raises(Killed):
            engine.grade(course, toy.NAME, jobs=1, progress=False, grader=FakeGrader)
    finish(start(course))
    assert state(course) == expected
