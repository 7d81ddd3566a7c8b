"""What a student reads of a lost test: all of a visible one, nothing of a hidden one's inputs."""

import types

import numpy as np
import pytest
from ai4mat_grading.failures import CellTimeoutError, StudentError, StudentProcessDied, error_of
from ai4mat_grading.heard import Heard
from ai4mat_grading.messages import WITHHELD, message_for
from ai4mat_grading.standins import Handle
from small import check, hidden

SOURCE = "expect(total == 7, f'the sum must be 7, got {total}')"
SEEN, HIDDEN = check("check_sum", SOURCE), hidden("test_sum", SOURCE)
INPUT = "0.123456789"


def told(cell, error, *values, asked=frozenset({"total"})):
    """What a student is told, after a function has returned these values."""
    heard = Heard()
    for value in values:
        heard.add(value)
    return message_for(cell, error, heard, asked)


def of_student(kind, text):
    """An error of a student's function, as it reaches a test."""
    return error_of({"kinds": [kind, "Exception"], "text": text, "trace": f"Traceback: {text}"})[0]


# --- visible tests ------------------------------------------------------------------------------


def test_a_visible_test_says_everything():
    assert told(SEEN, AssertionError("the sum must be 7, got 5")) == "the sum must be 7, got 5"
    assert told(SEEN, TypeError("no sum")) == "TypeError: no sum"
    said = told(SEEN, of_student("ValueError", "mine"))
    assert said == "ValueError: mine\n\nTraceback: mine"


def test_no_message_steers_a_terminal():
    said = told(SEEN, AssertionError("\x1b]0;title\x07\u202e got\n\t5\r"))
    assert said == "\ufffd]0;title\ufffd\ufffd got\n\t5"


# --- hidden tests -------------------------------------------------------------------------------


def test_a_hidden_test_says_what_its_author_wrote():
    assert told(HIDDEN, AssertionError("the sum must be 7, got 5"), 5) == "the sum must be 7, got 5"


@pytest.mark.parametrize("kind", ["ValueError", "AssertionError", "NameError", "Mine"])
def test_of_an_error_in_a_students_function_a_hidden_test_tells_the_kind_alone(kind):
    said = told(HIDDEN, of_student(kind, INPUT))
    assert said.startswith("Your function raised a") and INPUT not in said
    assert "Mine" not in said


@pytest.mark.parametrize("kind", [TypeError, KeyError, IndexError, RuntimeError])
def test_of_an_error_of_its_own_a_hidden_test_tells_the_kind_alone(kind):
    assert INPUT not in told(HIDDEN, kind(INPUT))


@pytest.mark.parametrize("kind", [StudentError, StudentProcessDied, CellTimeoutError])
def test_a_lost_process_is_told_without_details(kind):
    said = told(HIDDEN, kind(f"the process has ended: {INPUT}"))
    assert said == f"{kind.__name__} in a hidden test: the process has ended."


def test_only_names_that_were_asked_for_are_told():
    missing = NameError("name 'total' is not defined", name="total")
    assert told(HIDDEN, missing) == "NameError in a hidden test: name 'total' is not defined"
    helper = NameError("name 'secret_helper' is not defined", name="secret_helper")
    assert "secret" not in told(HIDDEN, helper)


def handle(text, name="Mine"):
    return type(name, (Handle,), {})(types.SimpleNamespace(), 0, text, Handle)


@pytest.mark.parametrize(
    "value, shown",
    [
        ("input " + INPUT, f"got input {INPUT}"),
        ("input " + INPUT, f"GOT INPUT {INPUT}"),
        ("input\n" + INPUT, f"got input   {INPUT}"),
        (["abcd" * 9], "got 'abcdabcda'..."),
        ({"key of input": 1}, "missing, got key of input"),
        (b"\xe9\xe8\xe7 input", "got b'\\xe9\\xe8\\xe7 inp'"),
        (slice("of the input"), "got slice('of the input', None, None)"),
        (np.array(["of the input"]), "got ['of the input']"),
        (np.array([{"x": "of the input"}], object), "got of the input"),
        (handle("<of the input>"), "got <of the input>"),
        (handle("", "OfTheInput"), "got OfTheInput"),
        ("no\u0308el", "got no\u0308el"),
        ("xyz", "got xyz"),
        ([chr(200 + i) + chr(300 + i) for i in range(50)], "got ['ÈĬ', ...]"),
    ],
)
def test_a_hidden_test_repeats_no_text_of_a_students_function(value, shown):
    assert told(HIDDEN, AssertionError(f"the sum must be 7, {shown}"), value) == WITHHELD


def test_words_of_the_author_may_come_back():
    assert told(HIDDEN, AssertionError("the sum must be 7, got 5"), "the sum must be 7") != WITHHELD


@pytest.mark.parametrize(
    "message",
    [
        "got " + "9" * 100,
        "got [" + "True, False, " * 100 + "]",
        "got ()" + " " * 50 + "0, 1, " * 60,
    ],
)
def test_a_message_full_of_numbers_or_without_end_is_withheld(message):
    """Inputs can be told by numbers, too."""
    assert told(HIDDEN, AssertionError(message)) == WITHHELD


def test_where_more_was_heard_than_is_kept_nothing_is_told():
    texts = [f"text number {i}" * 10 for i in range(2000)]
    assert told(HIDDEN, AssertionError("the sum must be 7"), texts) == WITHHELD


def test_a_check_without_words_says_that_it_failed():
    assert told(HIDDEN, AssertionError()) == "A hidden test has failed."


# --- errors of a student's process --------------------------------------------------------------


@pytest.mark.parametrize(
    "kinds, expected",
    [
        (["ValueError", "Exception", "BaseException", "object"], ValueError),
        (["Mine", "KeyError", "LookupError"], KeyError),
        (["SystemExit", "BaseException"], RuntimeError),
        (["StopIteration", "Exception"], RuntimeError),
        (["CellTimeoutError"], RuntimeError),
        (["UnicodeDecodeError", "UnicodeError", "ValueError"], ValueError),
        ([], RuntimeError),
        ("ValueError", RuntimeError),
        ([["ValueError"]], RuntimeError),
        (None, RuntimeError),
    ],
)
def test_errors_become_those_of_python(kinds, expected):
    error, _ = error_of({"kinds": kinds, "text": "text", "trace": "trace"})
    assert type(error) is expected and error.of_student == "trace" and "text" in str(error)


def test_errors_are_cut():
    error, texts = error_of({"kinds": ["N" * 10**6], "text": "x" * 10**6, "trace": "t" * 10**6})
    assert len(str(error)) < 5000 and len(error.of_student) == 8000
    assert type(error_of({"kinds": [7], "text": [1], "trace": {}})[0]) is RuntimeError
