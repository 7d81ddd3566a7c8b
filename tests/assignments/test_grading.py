"""Every right answer gets all points, every wrong one loses exactly the points that it should, and
the untouched release gets none: all of it graded by nbgrader."""

import re

import pytest
from grading import (
    CORPUS,
    EXERCISES,
    PROBLEM_SETS,
    SOLUTIONS,
    asked_functions,
    grade,
    graded_cells,
    read_answer,
    read_notebook,
    submit,
)


def corpus(kind):
    """Pairs of problem set and file name, for `parametrize`."""
    pairs = [(n, path.stem) for n in PROBLEM_SETS for path in (CORPUS / n / kind).glob("*.py")]
    return sorted(pairs)


def answer_submission(release, base, answer):
    """A notebook with the functions of an answer, and those of the base where it has none."""
    functions = base.functions | answer.functions
    return submit(release, functions, [base.preamble, answer.preamble])


@pytest.fixture(scope="session", params=PROBLEM_SETS)
def problem_set(request):
    return request.param


@pytest.fixture(scope="session")
def source():
    return {name: read_notebook(SOLUTIONS / name / f"{name}.ipynb") for name in PROBLEM_SETS}


@pytest.fixture(scope="session")
def answers(source):
    """Every file of every corpus: {(problem set, kind, name): Answer}."""
    asked = {name: asked_functions(source[name]) for name in PROBLEM_SETS}
    return {
        (name, kind, stem): read_answer(CORPUS / name / kind / f"{stem}.py", asked[name])
        for kind in ("right", "wrong", ".")
        for name, stem in corpus(kind)
    }


@pytest.fixture(scope="session")
def graded(tmp_path_factory, source, answers):
    """What nbgrader made of all submissions: {problem set: {student: Graded}}."""
    results = {}
    for name in PROBLEM_SETS:
        release = read_notebook(EXERCISES / name / f"{name}.ipynb")
        base = answers[name, ".", "base"]
        submissions = {
            "solution": submit(release, asked_functions(source[name])),
            "untouched": release,
        }
        for (set_, kind, stem), answer in answers.items():
            if set_ == name:
                submissions[f"{kind}-{stem}"] = answer_submission(release, base, answer)
        results[name] = grade(tmp_path_factory.mktemp(name), name, submissions)
    return results


def explain(result):
    """What went wrong in each cell, for the message of a failed test."""
    return "\n".join(f"{cell}: {errors}" for cell, errors in result.errors.items())


def test_the_solution_gets_full_marks(problem_set, graded, source):
    result = graded[problem_set]["solution"]
    assert result.total == sum(graded_cells(source[problem_set]).values()), explain(result)
    assert not result.errors


def test_the_untouched_release_gets_nothing(problem_set, graded, source):
    result = graded[problem_set]["untouched"]
    assert result.total == 0
    assert set(graded_cells(source[problem_set])) <= set(result.errors)


def test_the_untouched_release_raises_nothing_but_not_implemented(problem_set, graded):
    errors = graded[problem_set]["untouched"].errors
    assert {name for found in errors.values() for name, _ in found} == {"NotImplementedError"}


@pytest.mark.parametrize("name, answer", corpus("right") + corpus("."))
def test_right_answers_get_full_marks(name, answer, graded, source):
    result = graded[name][f"right-{answer}"]
    assert result.total == sum(graded_cells(source[name]).values()), explain(result)


@pytest.mark.parametrize("name, answer", corpus("wrong"))
def test_wrong_answers_lose_their_points_and_no_others(name, answer, graded, answers, source):
    expected = answers[name, "wrong", answer].loses
    cells = {cell for cell, points in graded_cells(source[name]).items() if points > 0}
    assert expected and expected <= cells, "its docstring must name graded cells after 'Loses:'"
    result = graded[name][f"wrong-{answer}"]
    assert result.lost == expected, explain(result)
    assert result.kept == cells - expected, "no other cell may lose points"


@pytest.mark.parametrize("name, answer", corpus("wrong"))
def test_wrong_answers_are_told_in_words(name, answer, graded, answers):
    errors = graded[name][f"wrong-{answer}"].errors
    for cell in answers[name, "wrong", answer].loses:
        (kind, message), *_ = errors[cell]
        assert kind == "AssertionError", f"{cell} must explain what is wrong: {kind}: {message}"
        assert re.search(r"\bgot\b", message), f"{cell} must say what came: {message}"
        assert max(map(len, message.splitlines())) <= 80, "nbgrader validate would cut this line"


def test_every_graded_cell_catches_a_wrong_answer(problem_set, answers, source):
    cells = {cell for cell, points in graded_cells(source[problem_set]).items() if points > 0}
    caught = [answer.loses for (name, _, _), answer in answers.items() if name == problem_set]
    assert frozenset().union(*caught) == cells
