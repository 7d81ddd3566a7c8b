"""A verdict: points by nbgrader's own rules, of tests that no student's code can touch."""

import sys

import nbformat
import pytest
from ai4mat_grading import judge as rooms
from ai4mat_grading import outputs as outs
from ai4mat_grading.grader import Grader
from ai4mat_grading.log import Log
from ai4mat_grading.rebuild import rebuild
from ai4mat_grading.records import LONGEST_NOTE, MESSAGE, MOST_NOTES, PlannedCell, bounded
from ai4mat_grading.sandbox import Refused
from nbformat.v4 import new_output
from nbgrader.utils import determine_grade
from small import answer, cell, check, handed_in, hidden, limited, name_of, outputs, plan

RIGHT = "def f(x):\n    return 2 * x"


def judged(grader, source, *cells, **others):
    """The verdict on one answer, f, with these cells after it in the plan."""
    return grader.grade(handed_in(f=source), plan(answer("f"), *cells), **others)


# --- points, without running anything -----------------------------------------------------------

OUTPUTS = {
    "nothing": [],
    "text": [new_output("stream", name="stdout", text="5")],
    "an error": [new_output("error", ename="E", evalue="", traceback=[])],
    "an error after text": [
        new_output("stream", name="stdout", text="5"),
        new_output("error", ename="E", evalue="", traceback=[]),
    ],
    **{
        f"value {text!r}": [new_output("execute_result", {"text/plain": text})]
        for text in ("0", "1.5", "3", "-1", "True", "'2'", "[1, 2]", "nan", "1e-3")
    },
    "a display": [new_output("display_data", {"text/plain": "0"})],
}


def points_of(outputs, failed=()):
    """Points of a test cell with these outputs, and notes."""
    made = rebuild(b"", plan(check("c", "1", points=3))).notebook
    made.cells[0].outputs = outputs
    log = Log(0.0)
    return rooms._verdict(made, log, dict.fromkeys(failed, "")).scores["c"], log.notes, made


@pytest.mark.parametrize("outputs", OUTPUTS.values(), ids=OUTPUTS)
def test_points_are_those_of_nbgrader(outputs):
    points, _, made = points_of(outputs)
    expected, _ = determine_grade(made.cells[0])
    assert points == expected or (points, expected) == (0, pytest.approx(float("nan"), nan_ok=True))


@pytest.mark.parametrize(
    "data", [{"text/plain": "3.5"}, {"text/plain": "inf"}, {"text/plain": ""}, {}]
)
def test_a_value_that_is_no_number_of_points_gives_none_and_a_note(data):
    points, notes, _ = points_of([new_output("execute_result", data)])
    assert points == 0 and len(notes) == 1 and notes[0].startswith("cell c: ")


def test_a_test_that_failed_has_no_points_whatever_its_outputs_say():
    assert points_of([], failed=["c"])[0] == 0


def test_written_answers_and_tasks_wait_for_a_person_unless_they_are_untouched():
    def written(name, kind, text, task=False):
        sum_ = rebuild(b"", plan(PlannedCell(name, kind, text, False, not task, not task, task, 4,
                                             None, False))).notebook.cells[0]  # fmt: skip
        checksum = rooms.compute_checksum(sum_)
        return PlannedCell(name, kind, text, False, not task, not task, task, 4, checksum, False)

    cells = [written("a", "markdown", "Because."), written("b", "code", "x = 1")]
    given = plan(*cells)
    untouched = rooms._verdict(rebuild(b"", given).notebook, Log(0.0), {})
    assert untouched.scores == {"a": 0, "b": 0}
    assert untouched.comments == {"a": "No response.", "b": "No response."}
    raw = handed_in(nbformat.v4.new_markdown_cell("Yes.", metadata={"nbgrader": {"grade_id": "a"}}))
    answered = rooms._verdict(rebuild(raw, given).notebook, Log(0.0), {})
    assert answered.scores == {"a": None, "b": 0}
    assert answered.comments == {"a": None, "b": "No response."}


# --- notes and outputs --------------------------------------------------------------------------


def test_notes_are_bounded_in_number_and_length_and_are_one_line_each():
    assert bounded(["a"] * MOST_NOTES) == ["a"] * MOST_NOTES
    found = bounded(["\x1b[2K\rann: 20\n" + "x" * 10_000] * (MOST_NOTES + 7))
    assert len(found) == MOST_NOTES + 1 and found[-1] == "and 7 notes more"
    assert len(found[0]) == LONGEST_NOTE and found[0].isprintable()


@pytest.mark.parametrize(
    "output, expected",
    [
        ({"output_type": "stream", "name": 5, "text": ["a"]}, {"name": "stdout", "text": ""}),
        ({"output_type": "error", "ename": None, "traceback": "x"}, {"ename": "", "traceback": []}),
        (
            {"output_type": "display_data", "data": {"text/html": "<b>", "text/plain": "b"}},
            {"data": {"text/plain": "b"}},
        ),
        ({"output_type": "display_data", "data": {"text/latex": "$x$"}}, {"data": {}}),
        ({"output_type": "display_data", "data": {"image/png": "'onload='"}}, {"data": {}}),
        ({"output_type": "display_data", "data": {"image/svg+xml": "<svg>"}}, {"data": {}}),
    ],
)
def test_outputs_are_what_nbformat_knows(output, expected):
    ((found,), size) = outs.shown([output])
    assert size and {key: found[key] for key in expected} == expected


def test_what_is_no_output_is_left_out_and_the_rest_is_bounded():
    text = {"output_type": "stream", "name": "stdout", "text": "x" * 100}
    assert outs.shown([None, 5, [], {}, {"output_type": ["stream"]}]) == ([], 0)
    assert len(outs.shown([text] * 10, most=500)[0]) in (2, 3)


# --- with a sandbox -----------------------------------------------------------------------------


def test_partial_credit_is_the_value_of_a_test(grader):
    test = "points = 0\nif f(1) == 2:\n    points += 1.5\nif f(2) == 5:\n    points += 1\npoints"
    assert judged(grader, RIGHT, check("c", test, points=3)).scores == {"c": 1.5}


@pytest.mark.parametrize("value", ["2.0", "'3'", "True", "float('nan')", "[3]", "10**9"])
def test_a_value_that_a_function_returns_is_no_credit_unless_the_test_says_so(grader, value):
    test = "assert f(1) == 2\n1 if f(1) == 2 else 0"
    source = f"def f(x):\n    return {value}"
    expected = 1 if value == "2.0" else 0
    assert judged(grader, source, check("c", test, points=3)).scores == {"c": expected}


def test_an_object_that_shows_itself_as_nothing_or_as_points_is_harmless(grader):
    source = """
class Odd:
    def _repr_mimebundle_(self, **others):
        return {"text/plain": "3"}
    _ipython_display_ = lambda self: None
def f(x):
    return Odd()"""
    verdict = judged(grader, source, check("c", "f(1)", points=3), check("d", "assert f(1) == 2"))
    assert verdict.scores["d"] == 0 and verdict.scores["c"] in (0, 3)


def test_stderr_of_a_function_costs_no_points(grader):
    source = f"import sys, warnings\n{RIGHT.replace('return', 'print(1, file=sys.stderr); return')}"
    verdict = judged(grader, source, check("c", "assert f(1) == 2\nf(2); None"))
    assert verdict.scores == {"c": 1} and "stderr" not in outputs(verdict, "c")


def test_an_ordinary_error_needs_nobody(grader):
    verdict = judged(grader, "def f(x):\n    raise ValueError(x)", check("c", "f(1)"))
    assert verdict.scores == {"c": 0} and not verdict.attention
    assert verdict.messages["c"].startswith("ValueError: 1\n\nTraceback")


@pytest.mark.parametrize("name", ["f", "g"])
def test_who_ends_a_process_loses_that_test_and_needs_a_person(grader, name):
    tests = [check("c", "assert f(1) == 2"), hidden("h", "assert g(1) == 1")]
    ends = f"import os\ndef {name}(x):\n    os._exit(0)"
    answers = {"f": RIGHT, "g": "def g(x):\n    return x"} | {name: ends}
    given = plan(answer("f"), answer("g"), *tests)
    verdict = grader.grade(handed_in(**answers), given)
    assert verdict.scores == {"c": name != "f", "h": name != "g"}
    assert verdict.attention
    lost = {"f": "c", "g": "h"}[name]
    assert f"cell {lost} has lost its process: a function has ended it" in verdict.notes


def test_a_cell_that_ends_its_process_twice_costs_no_other_cell(grader):
    ends = "import os\nclass Ends:\n    os._exit(1)"
    given = plan(answer("f"), check("c", "assert f(1) == 2"))
    raw = handed_in(cell(None, "before = 2"), cell(None, ends), cell(None, "factor = before"),
                    f="def f(x):\n    return factor * x")  # fmt: skip
    verdict = grader.grade(raw, given)
    assert verdict.scores == {"c": 1} and verdict.attention
    assert sum("ended its process" in note for note in verdict.notes) == 1


def test_a_function_that_never_ends_costs_its_test_and_needs_a_person(grader):
    source = "def f(x):\n    while x:\n        pass\n    return 0"
    tests = [check("c", "assert f(0) == 0"), check("d", "f(1)"), check("e", "assert f(0) == 0")]
    with limited(grader, cell=3):
        verdict = judged(grader, source, *tests)
    assert verdict.scores == {"c": 1, "d": 0, "e": 1} and verdict.attention
    assert verdict.messages["d"] == "CellTimeoutError: the cell took too long"


def test_a_test_that_never_ends_with_what_it_got_gives_no_points(grader):
    test = "while True:\n    try:\n        f(1)\n    except Exception:\n        pass"
    with limited(grader, cell=2):
        verdict = judged(grader, RIGHT, check("c", test), check("d", "assert f(1) == 2"))
    assert verdict.scores == {"c": 0, "d": 1} and verdict.attention


def test_a_test_that_ends_its_judge_is_given_up(grader):
    test = "import os\nif f(1) != 2:\n    os._exit(1)"
    wrong = RIGHT.replace("2", "3")
    verdict = judged(grader, wrong, check("c", test), check("d", "assert f(1) == 3"))
    assert verdict.scores == {"c": 0, "d": 1} and verdict.attention
    assert "cell c was given up: it has ended a judge" in verdict.notes


@pytest.mark.parametrize(
    "value",
    [
        "[0] * 2_000_000",
        "type('T', (), {'__getattribute__': lambda self, name: 1 / 0})()",
        "type('T', (), {'__class__': property(lambda self: exit())})()",
        "10 ** 100_000",
    ],
)
def test_a_name_that_cannot_be_handed_over_costs_its_own_tests_alone(grader, value):
    given = plan(answer("bad"), answer("f"), check("b", "bad(1)"), check("c", "assert f(1) == 2"))
    assert grader.grade(handed_in(bad=f"bad = {value}", f=RIGHT), given).scores == {"b": 0, "c": 1}


def test_without_a_worker_that_answers_there_is_a_verdict(grader):
    source = "from ai4mat_grading.worker import Worker\nWorker._do_names = lambda *a: 1 / 0\n"
    assert judged(grader, source + RIGHT, check("c", "f(1)")).scores == {"c": 0}


def test_hidden_tests_come_last_and_all_know_what_stood_before_them(grader):
    cells = [hidden("h", "assert f(1) == 2"), check("c", "assert f(1) == 2")]
    source = "calls = []\ndef f(x):\n    calls.append(x)\n    return len(calls) + x"
    assert judged(grader, source, *cells).scores == {"h": 1, "c": 1}


def test_messages_stand_in_the_notebook_for_the_page(grader):
    verdict = judged(grader, "def f(x):\n    return 3", check("c", "assert f(1) == 2, 'no'"))
    (test,) = (c for c in nbformat.reads(verdict.notebook, 4).cells if name_of(c) == "c")
    assert test.metadata[MESSAGE] == verdict.messages["c"] == "no"


def test_points_only_leaves_out_what_no_grade_needs(grader):
    lesson = ("print('shown')", "factor = 2")
    given = plan(answer("f"), check("c", "assert f(1) == 2"), lesson=lesson)
    raw = handed_in(*(cell(None, source) for source in lesson), f="def f(x): return factor * x")
    verdict = grader.grade(raw, given, points_only=True)
    assert verdict.scores == {"c": 1} and "shown" not in outputs(verdict)
    assert "shown" in outputs(grader.grade(raw, given))


def test_other_systems_are_refused(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(Refused, match="on Linux, got darwin: .* WSL 2 .* container; the page"):
        Grader()
