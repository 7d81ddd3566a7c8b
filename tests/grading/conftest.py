"""Courses that tests of grading copy: nbgrader takes seconds to make one."""

import shutil

import pytest
import toy


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
