"""What tests of grading share: a grader, which takes seconds to start, and a course to copy."""

import shutil

import needs
import pytest
import toy
from ai4mat_grading.grader import Grader
from ai4mat_grading.records import MIB, Limits
from hypothesis import HealthCheck, settings

LIMITS = Limits(
    cell=120, total=600, cpu=120, memory=768 * MIB, disk=32 * MIB, answer=32 * MIB, output=20_000
)

# The same examples in every run, however slow the machine is.
settings.register_profile(
    "same",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("same")


@pytest.fixture(scope="session")
def grader(tmp_path_factory):
    """Grades submissions in the sandbox; a test may replace its `limits` for a while."""
    needs.sandbox()
    with Grader(LIMITS, folder=tmp_path_factory.mktemp("grader")) as one:
        yield one


@pytest.fixture(scope="session")
def toy_release(tmp_path_factory):
    """The toy with a written answer, released; never written to."""
    return toy.make_course(tmp_path_factory.mktemp("toy") / "course", written=True)


@pytest.fixture
def course(toy_release, tmp_path):
    """A course folder of one's own, without submissions."""
    return shutil.copytree(toy_release, tmp_path / "course")


@pytest.fixture(scope="session")
def class_of_8(toy_release, tmp_path_factory):
    """Eight submissions of all kinds; never written to."""
    folder = shutil.copytree(toy_release, tmp_path_factory.mktemp("class") / "course")
    answers = {
        "ann": toy.RIGHT,
        "ben": "return values",
        "cem": "return sorted(values)  # edited",
        "dóra": "return [3 * value for value in values]",
        "eve": b"<html>Please log in</html>",
        "finn o'neil": toy.RIGHT,
        "gül": "return None",
    }
    for student, answer in answers.items():
        toy.submit(folder, student, answer)
    (folder / "submitted" / "gül" / toy.NAME / "data.txt").write_text("1 2 3")
    (folder / "submitted" / "hugo" / toy.NAME).mkdir(parents=True)
    return folder


@pytest.fixture
def copies(tmp_path):
    """Makes copies of a course folder."""

    def make(folder, number):
        return [shutil.copytree(folder, tmp_path / f"copy{i}") for i in range(number)]

    return make
