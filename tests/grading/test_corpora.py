"""The judge gives the answers of the corpora the points that nbgrader's own rules give them.

`test_grading` holds what these are. Each test run takes a part of each set (`chosen`).
"""

import ast
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ai4mat_grading
import nbformat
import needs
import pytest
from ai4mat_grading.corpus import fill_in, read_answers
from ai4mat_grading.grader import Grader
from ai4mat_grading.grades import Graded, keep, recalled
from ai4mat_grading.notebooks import graded_cells
from ai4mat_grading.plan import modules, modules_of_tests, plans_of
from ai4mat_grading.processes import LANES
from ai4mat_grading.rehearsal import defined, leave_out
from ai4mat_grading.repository import problem_sets, read_release, read_source
from chosen import ALL, some
from nbgrader.api import Gradebook

# A right answer, and every so many wrong ones: of sets that train networks for long, fewer.
SOME = {"deconv_decoder": 50, "latent_1d": 50, "epsilon": 20, "interpolation": 8, "latent_pca": 8}
SOME |= {"critical_point": 4, "vector_order": 4}
# What a grade depends on beside cells and modules.
JUDGE = [path.read_text() for path in sorted(Path(ai4mat_grading.__file__).parent.glob("*.py"))]

pytestmark = pytest.mark.slow


def chosen(name):
    """Answers that are judged: {stem: Answer}."""
    right, wrong = (read_answers(name, kind) for kind in ("right", "wrong"))
    right = right if ALL else {"base": right["base"]}
    return right | dict(some(wrong.items(), SOME[name]))


def affected(plan, notebook, answer):
    """A plan without the tests that use nothing of a wrong answer: they give their points."""
    helpers = set().union(*map(defined, ast.parse(answer.preamble).body))
    marked = nbformat.from_dict(notebook)
    leave_out(marked, helpers | set(answer.functions))
    out = {
        cell.metadata.nbgrader.grade_id
        for cell in marked.cells
        if cell.metadata.get("left_out") and answer.loses
    }
    return dataclasses.replace(plan, cells=tuple(c for c in plan.cells if c.name not in out))


@pytest.mark.parametrize("name", problem_sets())
def test_the_judge_gives_the_points_of_the_corpora(name, new_course, tmp_path):
    needs.sandbox()
    course = new_course(name)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        (plan,) = plans_of(gradebook, name, course / "exercises" / name)
    source, answers = read_source(name), chosen(name)
    filled, complete = fill_in(name, read_release(name)), fill_in(name, source)
    plans = {stem: affected(plan, complete[stem], answer) for stem, answer in answers.items()}
    contents = {
        stem: [
            "judged",
            plans[stem].digest,
            *([cell.source] for cell in filled[stem].cells if cell.cell_type == "code"),
            *([text] for text in JUDGE),
        ]
        for stem in answers
    }
    lost = {stem: recalled(content) for stem, content in contents.items()}
    waiting = [stem for stem, graded in lost.items() if graded is None]
    if waiting:
        folder = tmp_path / "grader"
        with (
            Grader(
                preload=modules([source]),
                opening=plan.opening,
                folder=folder,
                tested=modules_of_tests([plan]),
            ) as grader,
            ThreadPoolExecutor(LANES) as pool,
        ):
            raw = {stem: nbformat.writes(filled[stem]).encode() for stem in waiting}
            running = {
                stem: pool.submit(grader.grade, raw[stem], plans[stem], points_only=True)
                for stem in waiting
            }
            for stem, verdict in running.items():
                lost[stem] = _as_graded(verdict.result(), plans[stem])
                keep(contents[stem], lost[stem])
    worth = {cell for cell, points in graded_cells(source).items() if points}
    found = {stem: graded.lost & worth for stem, graded in lost.items()}
    assert found == {stem: set(answer.loses) for stem, answer in answers.items()}, lost


def _as_graded(verdict, plan):
    most = {cell.name: cell.points for cell in plan.cells if cell.is_test}
    scores = {name: (verdict.scores[name], points) for name, points in most.items()}
    errors = {name: [("", message)] for name, message in verdict.messages.items()}
    return Graded(scores, errors, {})
