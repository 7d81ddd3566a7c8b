"""A student's folder is read whatever it holds, and nothing in it is followed."""

import os

import pytest
import toy
from ai4mat_grading import submissions
from ai4mat_grading.course import Course
from ai4mat_grading.records import Plan

PLAN = Plan("toy", "toy", ())


@pytest.fixture
def place(tmp_path):
    """The folder of a student in a course without a gradebook."""
    (tmp_path / "nbgrader_config.py").write_text(toy.CONFIG)
    folder = tmp_path / "submitted" / "ann" / "toy"
    folder.mkdir(parents=True)
    return folder


def read(place, plans=(PLAN,)):
    return submissions.read(Course(place.parents[2]), "toy", place.parent.name, list(plans))


def test_what_belongs_to_it(place):
    (place / "toy.ipynb").write_bytes(b"{}")
    (place / "timestamp.txt").write_text("2030-01-02 03:04:05 Europe/Berlin")
    (place / ".ipynb_checkpoints").mkdir()
    (place / ".ipynb_checkpoints" / "toy.ipynb").write_bytes(b"old")
    (place / "data").mkdir()
    (place / "data" / "a.txt").write_text("a")
    found = read(place)
    assert found.notebooks == {"toy": b"{}"}
    assert str(found.timestamp) == "2030-01-02 02:04:05"
    assert [str(path) for path in found.files] == ["timestamp.txt", "data/a.txt"]
    assert (found.notes, found.attention) == ([], False)


@pytest.mark.parametrize("name", ["Toy.ipynb", "toy (1).ipynb", "tóy\n.ipynb"])
def test_a_single_notebook_of_another_name_is_taken(place, name):
    (place / name).write_bytes(b"{}")
    found = read(place)
    assert found.notebooks == {"toy": b"{}"}
    shown = name.replace("\n", "\ufffd")
    assert found.notes == [f"{shown} was taken for toy.ipynb"]


def test_of_two_with_other_names_none_is_taken(place):
    for name in ("a.ipynb", "b.ipynb"):
        (place / name).write_bytes(b"{}")
    found = read(place)
    assert found.notebooks == {"toy": submissions.EMPTY}
    assert found.attention
    assert "There is no toy.ipynb that can be graded" in found.notes
    assert "a.ipynb is no notebook of this set: not graded" in found.notes


def link_to_another(place):
    other = place.parents[1] / "bob.ipynb"
    other.write_bytes(b"of somebody else")
    (place / "toy.ipynb").symlink_to(other)


def link_of_a_folder(place):
    other = place.parents[1] / "other"
    other.mkdir()
    (other / "toy.ipynb").write_bytes(b"of somebody else")
    place.rmdir()
    place.symlink_to(other)


def a_folder(place):
    (place / "toy.ipynb").mkdir()


def a_pipe(place):
    os.mkfifo(place / "toy.ipynb")


def nothing(place):
    place.rmdir()
    place.write_text("a file instead")


def too_large(place):
    with open(place / "toy.ipynb", "wb") as file:
        file.truncate(101_000_000)


@pytest.mark.parametrize(
    "make, note",
    [
        (link_to_another, "toy.ipynb is not a regular file: left out"),
        (link_of_a_folder, "toy is a link, which is not followed"),
        (a_folder, "toy.ipynb is not a regular file: left out"),
        (a_pipe, "toy.ipynb is not a regular file: left out"),
        (nothing, "toy is not a folder"),
        (too_large, "toy.ipynb is too large: 101 MB"),
    ],
)
def test_what_cannot_be_graded_needs_a_person(place, make, note):
    make(place)
    found = read(place)
    assert found.notebooks == {"toy": submissions.EMPTY}
    assert note in found.notes
    assert found.attention


def test_very_deep_and_very_many(place):
    deep = place
    for _ in range(300):
        deep = deep / "d"
    deep.mkdir(parents=True)
    for number in range(submissions.MOST_FILES + 5):
        (place / f"{number}.txt").write_text("x")
    found = read(place)
    assert len(found.files) == submissions.MOST_FILES
    assert "More than 1000 files: the others are left out" in found.notes


@pytest.mark.parametrize("text", [b"yesterday", b"\xff\xfe", b"9" * 5000, b"2030-13-45"])
def test_a_time_that_cannot_be_read_goes_nowhere(place, text):
    (place / "toy.ipynb").write_bytes(b"{}")
    (place / "timestamp.txt").write_bytes(text)
    found = read(place)
    assert found.timestamp is None
    assert found.files == []
    assert found.notes == ["timestamp.txt holds no time that can be read"]


def test_the_digest_is_that_of_all_that_counts(place):
    seen = set()
    for name, raw in [("toy.ipynb", b"1"), ("toy.ipynb", b"2"), ("a", b"3"), ("b", b"3")]:
        (place / name).write_bytes(raw)
        assert read(place).digest == read(place).digest
        seen.add(read(place).digest)
    assert len(seen) == 4
