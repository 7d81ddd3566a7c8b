"""Small mistakes in the reference answers cost the points that the lists of mutants say.

`ai4mat_grading.mutants` makes these lists. Slow cells are left to it, and each test run takes a
part of the mutants (`chosen`).
"""

import numpy as np
import pytest
from ai4mat_grading import mutants, outcomes
from ai4mat_grading.mutants import REASON, read_list
from ai4mat_grading.notebooks import graded_cells
from ai4mat_grading.outcomes import Mutant, Runner, id_of, mutants_of
from ai4mat_grading.repository import problem_sets, read_source
from ai4mat_grading.slips import Answer
from chosen import some

PROBLEM_SETS = problem_sets()
STEP = 9
AGAIN = "run python -m ai4mat_grading.mutants {}, and give a reason for what survives"


def quick_cells(runner, listed, function):
    """Graded cells on which a function is tried here, in order."""
    return [c for c in map(id_of, runner.answers[function][1]) if c not in listed.slow]


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_every_mutant_is_listed_with_what_became_of_it(name):
    listed, runner = read_list(name), Runner(name)
    assert list(listed.outcomes) == [m[:2] for m in mutants_of(name)], AGAIN.format(name)
    for (function, shown), outcome in listed.outcomes.items():
        cells = {id_of(cell) for cell in runner.answers[function][1]}
        explained = set(outcome.split()) <= cells or REASON.fullmatch(outcome)
        assert explained, f"{function}: {shown}: {outcome}; {AGAIN.format(name)}"


@pytest.mark.slow
@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_mutants_still_cost_what_the_list_says(name):
    listed, texts = read_list(name), {m[:2]: m for m in mutants_of(name)}
    with Runner(name) as runner:
        tried = []
        for key, outcome in listed.outcomes.items():
            cells = quick_cells(runner, listed, key[0])
            recorded = [cell for cell in outcome.split() if cell in cells][:1]
            # Those that are explained lose no points at all.
            if recorded or (cells and REASON.fullmatch(outcome)):
                tried.append((texts[key], recorded or cells, recorded))
        tried = some(tried, STEP)
        assert tried
        for one, lost in zip(tried, runner.lost([one[:2] for one in tried], {})):
            mutant, _, recorded = one
            assert lost == recorded, f"{mutant.function}: {mutant.shown}; {AGAIN.format(name)}"


@pytest.mark.slow
def test_an_answer_without_an_end_or_of_another_process_loses_its_points(monkeypatch):
    monkeypatch.setattr(outcomes, "MORE_SECONDS", 0.2)
    name, function = "vector_order", "block_order"
    with Runner(name, lanes=1) as runner:
        cells = [id_of(cell) for cell in runner.answers[function][1]]
        signature = runner.answers[function][0].splitlines()[0]
        bodies = ["while True: pass", "import os; os._exit(3)", "return [0] * 10**10"]
        tried = [(Mutant(function, "", f"{signature}\n    {body}"), cells) for body in bodies]
        lost = list(runner.lost(tried, {}))
        (right,) = runner.references([function]).values()
    assert lost == [cells[:1], cells[:1], cells] and right.lost == []


ANSWER = '''\
def f(a, b, seed):
    """Return what must not change.

    Parameters
    ----------
    a, b : ndarray of float, shape (n,)
        -1 + 1
    """
    n = 2
    ### BEGIN SOLUTION
    {}
'''


@pytest.mark.parametrize(
    "line, slips",
    [
        ("return b[0]", ["{0 -> -1}", "{0 -> 1}"]),
        ("return b[::1]", ["{1 -> 2}", "{1 -> 0}"]),
        ("return b[:n]", ["{:n -> n:}"]),
        ("return b.T", ["{.T -> }"]),
        ("return a - b", ["{- -> +}", "{a - b -> b - a}"]),
        ("return np.sort(b)", ["{np.sort(b) -> b}"]),
        ("return b.astype(n)", ["{b.astype(n) -> b}"]),
        ("return draw(a, seed)", ["{seed -> 0}", "{a, seed -> seed, a}"]),
        ("return b.std()", ["{std -> var}", "b.std({ -> ddof=1})"]),
        ("return draw(rng.integers(n))", ["{rng.integers(n) -> seed}"]),
    ],
)
def test_slips_are_made_in_the_solution_only(line, slips):
    answer = Answer(ANSWER.format(line))
    shown = [answer.shown(*edit) for edit in answer.edits()]
    assert shown[:2] == ["{at last a += 1}", "{at last b += 1}"]
    assert len(shown) == 2 + len(slips)
    assert all(any(slip in one for one in shown) for slip in slips), shown


def test_arguments_have_changed_when_the_answer_is_there():
    names, a, b = {}, np.array([3]), np.array([5])
    exec(next(Answer(ANSWER.format("return 2 * a")).mutants()), names)
    assert (names["f"](a, b, 0), a, b) == (6, 4, 5)


def test_reasons_are_kept_and_kills_are_not_taken_for_them(tmp_path, monkeypatch):
    monkeypatch.setattr(mutants, "root", lambda: tmp_path)
    (tmp_path / "tests" / "assignments" / "toy").mkdir(parents=True)
    assert read_list("toy") == ([], {})
    listed = mutants.Listed(["test_f"], {
        ("f", "a {| -> &} b"): "check_f test_f",
        ("f", "{- -> }1"): "equivalent: it has no sign",
        ("g", "{0 -> 1}"): "survives",
    })  # fmt: skip
    mutants.write_list("toy", listed)
    assert read_list("toy") == listed
    assert mutants.outcome_of([], "equivalent: it is") == "equivalent: it is"
    assert mutants.outcome_of([], "check_f") == mutants.outcome_of([], "equivalent:") == "survives"
    assert mutants.outcome_of(["check_f"], "equivalent: it is") == "check_f"


def test_only_functions_that_give_points_have_mutants():
    points = graded_cells(read_source("vector_order"))
    found = {mutant.function for mutant in mutants_of("vector_order")}
    assert "turns" in found and "draw_block_order" not in found
    for _, cells in Runner("vector_order").answers.values():
        assert all(points[id_of(cell)] for cell in cells)
