"""Which names a test takes from a student's process, and which cells of a submission matter."""

import pytest
from ai4mat_grading.names import (
    asked_names,
    cells_that_matter,
    defined_names,
    definitions,
    other_names,
    used_names,
)
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from small import answer, check, hidden, plan


@pytest.mark.parametrize(
    "source, expected",
    [
        ("f(x)", {"f", "x"}),
        ("x = x + 1", {"x"}),
        ("x = 1", set()),
        ("def test():\n    return f(len([1]))\ntest()", {"f", "test"}),
        ("[g(i) for i in range(3)]", {"g"}),
        ("lambda y: f(y)", {"f"}),
        ("class A:\n    b = f\n    def c(self): return g", {"f", "g"}),
        ("f.attribute['key']", {"f"}),
        ("'f'", set()),
        ("%timeit f(1)", set()),
        ("def (", set()),
        ("\0", set()),
        ("(" * 1000, set()),
        ("for f in []: pass", set()),
        ("print(abs(f))", {"f"}),
    ],
)
def test_names_that_code_uses(source, expected):
    assert used_names(source) - {"i"} == expected


@pytest.mark.parametrize(
    "source, expected",
    [
        ("def f(a):\n    b = 1", {"f"}),
        ("class A:\n    c = 1", {"A"}),
        ("x, (y, *z) = 1, (2, 3)", {"x", "y", "z"}),
        ("import numpy as np\nfrom a import b", {"np", "b"}),
        ("for i in []: j = 1", {"i", "j"}),
        ("def f():\n    global g\n    g = 1", {"f", "g"}),
        ("def f(:", set()),
    ],
)
def test_names_that_code_defines(source, expected):
    assert defined_names(source) == expected


def test_of_a_cell_imports_functions_and_classes_are_left():
    source = (
        "%matplotlib inline\nimport os\nos._exit(0)\ndef f():\n    return 1\nx = 2\nclass A: pass"
    )
    assert definitions(source) == "import os\ndef f():\n    return 1\nclass A:\n    pass"
    assert definitions("def (") == ""


SET = plan(
    answer("double"),
    answer("half", "def half(x):\n    pass\n\n\nscale = 2"),
    check("check", "import numpy as np\nassert double(1) == np.abs(2)\nlimit = 3"),
    hidden("test", "assert half(limit) == helper(scale)"),
)


def test_tests_take_what_answers_define_and_nothing_else():
    assert asked_names(SET) == {"double", "half", "scale"}


def test_what_a_test_would_take_from_the_lesson_is_told():
    assert other_names(SET) == {"test": {"helper"}}


# --- cells on which a grade depends -------------------------------------------------------------

LESSON = ["import numpy", "data = [1]", "table = data * 2", "unused = 5", "show(table)"]


def mattering(*sources, lesson=LESSON):
    cells = [new_code_cell(source) for source in sources]
    solution = {"grade_id": "a", "solution": True, "grade": False, "locked": False}
    cells.append(new_code_cell("def f(): return data", metadata={"nbgrader": solution}))
    cells.append(new_markdown_cell("data"))
    chosen = cells_that_matter(new_notebook(cells=cells), lesson)
    return [cells[i].source for i in sorted(chosen)]


def test_cells_of_the_lesson_that_no_answer_needs_are_left_out():
    assert mattering(*LESSON) == ["import numpy", "data = [1]", "def f(): return data"]


def test_cells_that_needed_cells_need_run_as_well():
    found = mattering("a = 1", "data = a", lesson=["a = 1", "data = a"])
    assert found == ["a = 1", "data = a", "def f(): return data"]


@pytest.mark.parametrize("own", ["unused = 6", "x = 1", "data.append(1)", "%reset -f"])
def test_whatever_a_student_has_added_or_changed_runs(own):
    assert own in mattering("data = [1]", own)
