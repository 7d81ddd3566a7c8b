"""The command: what it passes on, what it prints, and its exit status."""

import subprocess
import sys

import pytest
import toy
from ai4mat_grading import cli, engine
from ai4mat_grading.records import MIB
from ai4mat_grading.sandbox import Refused


@pytest.fixture
def passed(monkeypatch):
    """What the engine is asked for."""
    asked = {}

    def grade(root, assignment, **options):
        asked.update(options, root=root, assignment=assignment)
        return engine.Summary(assignment, graded=["ann"], failed=asked.get("failed", {}))

    monkeypatch.setattr(engine, "grade", grade)
    return asked


def test_a_set_needs_no_command(passed, capsys):
    assert (
        cli.main(["toy", "--jobs", "3", "--student", "a", "--student", "b", "--points-only"]) == 0
    )
    assert passed["assignment"] == "toy"
    assert (passed["jobs"], passed["students"], passed["points_only"]) == (3, ["a", "b"], True)
    assert passed["confined"] and not passed["force"]
    assert capsys.readouterr().out.startswith("toy: 1 graded, 0 kept from before")


def test_limits(passed):
    cli.main(["toy", "--timeout", "900", "--memory", "2000", "--no-sandbox"])
    limits = passed["limits"]
    assert (limits.cell, limits.total, limits.memory) == (900, 5400, 2000 * MIB)
    assert not passed["confined"]


def test_something_that_failed_is_an_error(passed, capsys):
    passed["failed"] = {"bob": "the sandbox died"}
    assert cli.main(["toy"]) == 1
    assert "Not graded: bob: the sandbox died" in capsys.readouterr().out


def test_a_cluster(passed, capsys):
    assert cli.main(["toy", "--executor", "dask", "--scheduler", "tcp://x:1"]) == 0
    assert passed["scheduler"] == "tcp://x:1"
    assert cli.main(["toy", "--scheduler", "tcp://x:1"]) == 2
    assert cli.main(["toy", "--executor", "dask"]) == 2
    assert "belong together" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["toy", "--jobs", "0"], ["toy", "--memory", "-3"]])
def test_numbers_are_positive(passed, capsys, arguments):
    with pytest.raises(SystemExit, match="2"):
        cli.main(arguments)
    assert "must be at least 1, got" in capsys.readouterr().err


def test_a_set_that_is_called_like_a_command_is_refused(capsys):
    assert cli.main(["grade", "collect"]) == 2
    assert "must not be called 'collect'" in capsys.readouterr().err


def test_what_is_refused_is_one_line(monkeypatch, capsys):
    def refuse(*arguments, **options):
        raise Refused("There is no gradebook yet")

    monkeypatch.setattr(engine, "grade", refuse)
    assert cli.main(["toy"]) == 2
    assert capsys.readouterr().err == "ising-grade: There is no gradebook yet\n"


def test_without_arguments_it_says_what_there_is(capsys):
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0
    assert "ising-grade collect SET ARCHIVE" in capsys.readouterr().out


@pytest.mark.slow
def test_collect_then_export(course, tmp_path, capsys):
    archive = tmp_path / "archive"
    release = course / "exercises" / toy.NAME / "toy.ipynb"
    folder = archive / "Ann Lee_123_assignsubmission_file"
    folder.mkdir(parents=True)
    (folder / "toy.ipynb").write_bytes(release.read_bytes())
    assert cli.main(["collect", "toy", str(archive), "--course", str(course)]) == 0
    assert "1 students collected" in capsys.readouterr().out
    table = tmp_path / "grades.csv"
    assert cli.main(["export", "toy", "--csv", str(table), "--course", str(course)]) == 0
    assert table.is_file()
    assert cli.main(["collect", "toi", str(archive), "--course", str(course)]) == 2
    assert "knows no set 'toi'" in capsys.readouterr().err


@pytest.mark.slow
def test_as_a_program(tmp_path):
    program = [sys.executable, "-m", "ai4mat_grading.cli", "toy"]
    done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr == (
        "ising-grade: There is no gradebook yet: run `nbgrader generate_assignment` first\n"
    )
