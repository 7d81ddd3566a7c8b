"""The command that runs solutions with many seeds shifts all of them and measures the room left."""

import nbformat
import numpy as np
import pytest
import torch
from ai4mat_grading import seeds
from ai4mat_grading.notebooks import graded_cells
from ai4mat_grading.repository import problem_sets, read_source

CODE = """\
rng = np.random.default_rng(101)
torch.manual_seed(base + 1)
torch.set_num_threads(1)
model = train(images, 3, seed=7)
label = "seed=7"
expect(0.7 <= share < best and not empty, f"{share < 2}")
expect(shape == (2, 3), "no inequality")
"""
SHIFTED = """\
rng = np.random.default_rng(shifted_by_seeds(101))
torch.manual_seed(shifted_by_seeds(base + 1))
torch.set_num_threads(threads_by_seeds)
model = train(images, 3, seed=shifted_by_seeds(7))
label = 'seed=7'
"""
RECORDED = """\
expect((compared_by_seeds('test_it: 0.7 <= share', 0.7, '<=', share) and \
compared_by_seeds('test_it: share < best', share, '<', best)) and (not empty), f'{share < 2}')
expect(shape == (2, 3), 'no inequality')"""


@pytest.mark.parametrize("graded", [True, False])
def test_seeds_are_shifted_and_conditions_of_graded_cells_recorded(graded):
    cell = nbformat.v4.new_code_cell(CODE)
    cell.metadata["nbgrader"] = {"grade": graded, "grade_id": "test_it", "solution": False}
    rewritten = seeds.rewritten(cell)
    assert rewritten.startswith(SHIFTED)
    assert (rewritten.removeprefix(SHIFTED) == RECORDED) is graded


def test_only_comparisons_of_numbers_are_recorded():
    found = []
    compared = seeds.recorder(found)
    assert compared("sets", {1}, "<=", {1, 2}) and not compared("text", "b", "<", "a")
    assert not compared("one number each", np.float32(2), "<", torch.tensor(1))
    assert found == [seeds.Comparison("one number each", 2.0, "<", 1.0)]


@pytest.mark.parametrize("sign, room", [("<", 0.25), ("<=", 0.25), (">", -0.25), (">=", -0.25)])
def test_room_is_positive_where_a_condition_holds(sign, room):
    assert seeds.Comparison("text", 0.5, sign, 0.75).room == room


def test_the_narrowest_threshold_comes_first_and_counts_are_left_out():
    wide = [seeds.Comparison("wide", value, "<", 1.0) for value in (0.1, 0.2)]
    narrow = [seeds.Comparison("narrow", value, ">", 0.5) for value in (0.9, 0.55)]
    counts = [seeds.Comparison("counts", 4, "<=", 4)]
    assert seeds.narrowest([wide, narrow + counts]) == [("narrow", narrow), ("wide", wide)]


@pytest.mark.slow
def test_a_solution_passes_with_other_seeds(capsys):
    name = "vector_order"
    graded, found = seeds.run_with_seed(name, 1)
    assert graded.total == sum(graded_cells(read_source(name)).values()), graded
    assert found and all(one.room >= 0 for one in found)
    seeds.report(name, 1, {1: (graded, found)})
    assert f"{name}, threads 1, runs 1: {graded.total} to {graded.total} points" in (
        capsys.readouterr().out
    )


def test_every_problem_set_can_be_rewritten():
    for name in problem_sets():
        for cell in read_source(name).cells:
            if cell.cell_type == "code":
                assert "_by_seeds" not in cell.source
                compile(seeds.rewritten(cell), name, "exec")
