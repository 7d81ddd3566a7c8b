"""Every right answer gets all points, every wrong one loses exactly the points that it should, and
the untouched release gets none: all of it graded by nbgrader."""

import re

import pytest
from grading import (
    EXERCISES,
    PROBLEM_SETS,
    SOLUTIONS,
    asked_functions,
    corpus,
    grade,
    graded_cells,
    read_answer,
    read_notebook,
    submit,
    written_cells,
)

RIGHT = [(name, path) for name in PROBLEM_SETS for path in corpus(name, "right")]
WRONG = [(name, path) for name in PROBLEM_SETS for path in corpus(name, "wrong")]


def identify(parameter):
    """How pytest names a problem set or a file of its corpus."""
    return parameter if isinstance(parameter, str) else parameter.stem


def read_source(name):
    return read_notebook(SOLUTIONS / name / f"{name}.ipynb")


def worth(name):
    """Graded cells of a problem set that are worth points: {grade_id: points}."""
    return {cell: points for cell, points in graded_cells(read_source(name)).items() if points}


def submissions(name):
    """The solution, the untouched release and the whole corpus: {student: notebook}."""
    release = read_notebook(EXERCISES / name / f"{name}.ipynb")
    reference = asked_functions(read_source(name))
    # An answer takes the functions that it leaves out from the base, which is quick.
    base, *_ = corpus(name, "right")
    base = read_answer(base, reference)
    notebooks = {"solution": submit(release, reference), "untouched": release}
    for path in corpus(name, "right") + corpus(name, "wrong"):
        answer = read_answer(path, reference)
        functions = base.functions | answer.functions
        notebooks[path.stem] = submit(release, functions, [base.preamble, answer.preamble])
    return notebooks


class _Grades(dict):
    """{problem set: {student: Graded}}; a problem set is graded when it is first asked for."""

    def __init__(self, tmp_path_factory):
        self.tmp_path_factory = tmp_path_factory

    def __missing__(self, name):
        self[name] = grade(self.tmp_path_factory.mktemp(name), name, submissions(name))
        return self[name]


@pytest.fixture(scope="session")
def graded(tmp_path_factory):
    """What nbgrader made of each submission."""
    return _Grades(tmp_path_factory)


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_solution_gets_full_marks(name, graded):
    result = graded[name]["solution"]
    assert result.total == sum(worth(name).values()), result
    assert not result.errors


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_untouched_release_gets_nothing_and_raises_only_not_implemented(name, graded):
    result = graded[name]["untouched"]
    assert result.total == 0
    assert set(worth(name)) <= set(result.errors)
    for cell, errors in result.errors.items():
        assert {kind for kind, _ in errors} == {"NotImplementedError"}, cell


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_written_answers_wait_for_a_person_and_missing_ones_do_not(name, graded):
    written = written_cells(read_source(name))
    assert graded[name]["solution"].waiting == dict.fromkeys(written, True)
    assert graded[name]["untouched"].waiting == dict.fromkeys(written, False)


@pytest.mark.parametrize("name, path", RIGHT, ids=identify)
def test_right_answers_get_full_marks(name, path, graded):
    result = graded[name][path.stem]
    assert result.total == sum(worth(name).values()), result


@pytest.mark.parametrize("name, path", WRONG, ids=identify)
def test_wrong_answers_lose_their_points_and_no_others(name, path, graded):
    loses = read_answer(path, asked_functions(read_source(name))).loses
    assert loses and loses <= set(worth(name)), "name the graded cells after 'Loses:'"
    result = graded[name][path.stem]
    assert result.lost == loses, result
    assert result.kept == set(worth(name)) - loses, result


@pytest.mark.parametrize("name, path", WRONG, ids=identify)
def test_wrong_answers_are_told_in_words(name, path, graded):
    result = graded[name][path.stem]
    for cell in result.lost:
        (kind, message), *_ = result.errors[cell]
        assert kind == "AssertionError", f"{cell} must explain what is wrong: {kind}: {message}"
        assert re.search(r"\bgot\b", message), f"{cell} must say what came: {message}"
        assert max(map(len, message.splitlines())) <= 80, "nbgrader validate cuts longer lines"


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_every_graded_cell_catches_a_wrong_answer(name):
    asked = asked_functions(read_source(name))
    caught = {cell for path in corpus(name, "wrong") for cell in read_answer(path, asked).loses}
    assert caught == set(worth(name))
