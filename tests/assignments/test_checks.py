"""The visible checks' helpers say what is wrong, take what can be taken, and keep quiet."""

import logging
import os
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

from ai4mat_ising.checks import (
    check_array,
    check_dict,
    check_number,
    check_unchanged,
    expect,
    quiet,
)


def test_a_message_wraps_at_80_characters_and_starts_on_its_own_line():
    with pytest.raises(AssertionError) as error:
        expect(False, "many words " * 30)
    first, *lines = str(error.value).split("\n")
    assert first == "" and len(lines) > 3
    assert max(map(len, lines)) <= 80


def test_a_condition_that_holds_says_nothing():
    assert expect(True, "unused") is None


@pytest.mark.parametrize(
    "value",
    [
        [1, 2.5],
        (1, 2.5),
        np.array([1, 2.5], dtype=np.float32),
        torch.tensor([1.0, 2.5], requires_grad=True),
    ],
)
def test_arrays_lists_and_tensors_are_all_taken(value):
    assert check_array("x", value, (2,)).tolist() == [1, 2.5]


def test_booleans_count_as_0_and_1():
    assert check_array("x", [True, False], (2,), 0, 1).tolist() == [1, 0]


def test_the_array_returned_is_a_copy():
    value = np.zeros(2)
    check_array("x", value, (2,))[:] = 1
    assert value.tolist() == [0, 0]


@pytest.mark.parametrize(
    "value, message",
    [
        (None, "x must be an array, got None: is a return missing?"),
        ("abc", "x must be an array of numbers of shape (2,), got 'abc' (str)."),
        ([[1], [2, 3]], "x must be an array of numbers of shape (2,), got [[1], [2, 3]] (list)."),
        ([1j, 2], "x must be an array of numbers of shape (2,), got [1j, 2] (list)."),
        ([[1], [2]], "x must have shape (2,), got (2, 1)."),
        ([1, np.nan], "x must be finite, got 1 values that are NaN or infinite."),
        ([-0.5, 1], "x must be at least 0, got -0.5."),
        ([0, 1.5], "x must be at most 1, got 1.5."),
    ],
)
def test_a_wrong_array_is_described(value, message):
    with pytest.raises(AssertionError) as error:
        check_array("x", value, (2,), 0, 1)
    assert str(error.value) == "\n" + message


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array([2]), torch.tensor(2)])
def test_one_number_comes_in_many_forms(value):
    number = check_number("x", value, 0, 3)
    assert number == 2 and type(number) is float


@pytest.mark.parametrize(
    "value, message",
    [
        ([1, 2], "x must be one number, got [1, 2] (list)."),
        ("2", "x must be one number, got '2' (str)."),
        (None, "x must be one number, got None (NoneType)."),
        (float("nan"), "x must be finite, got 1 values that are NaN or infinite."),
        (4, "x must be at most 3, got 4."),
    ],
)
def test_a_wrong_number_is_described(value, message):
    with pytest.raises(AssertionError) as error:
        check_number("x", value, 0, 3)
    assert str(error.value) == "\n" + message


def test_a_dictionary_may_have_more_keys():
    assert check_dict("x", {"a": 1, "b": 2, "c": 3}, ["a", "b"])["a"] == 1


@pytest.mark.parametrize(
    "value, message",
    [
        ([1], "x must be a dictionary with the keys 'a', 'b', got [1] (list)."),
        ({"a": 1}, "x must have the keys 'a', 'b'; 'b' missing, got 'a'."),
        ({}, "x must have the keys 'a', 'b'; 'a', 'b' missing, got none."),
    ],
)
def test_a_wrong_dictionary_is_described(value, message):
    with pytest.raises(AssertionError) as error:
        check_dict("x", value, ["a", "b"])
    assert str(error.value) == "\n" + message


def test_arguments_left_as_they_were_are_fine():
    check_unchanged("f", [np.arange(3), [1.0]], ([0, 1, 2], np.ones(1)))


@pytest.mark.parametrize("given", [[np.array([0, 2, 2])], [np.arange(2)]])
def test_a_changed_argument_is_told(given):
    with pytest.raises(AssertionError, match="f must leave its arguments as they are, got other"):
        check_unchanged("f", given, [np.arange(3)])


def test_quiet_keeps_every_kind_of_noise_away(capfd):
    # Set up before, as a library's would be: it holds on to the stream of that time.
    logger = logging.getLogger("noise")
    handler = logging.StreamHandler()
    logger.addHandler(handler)
    with quiet():
        print("printed")
        print("printed", file=sys.stderr)
        warnings.warn("warned", stacklevel=1)
        logger.error("logged")
        os.write(2, b"written\n")
        subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('child')"], check=True)
    captured = capfd.readouterr()
    logger.removeHandler(handler)
    assert (captured.out, captured.err) == ("", "")


def test_after_quiet_everything_is_as_before(capfd):
    with pytest.raises(ZeroDivisionError), quiet():
        raise ZeroDivisionError
    print("printed", file=sys.stderr)
    os.write(2, b"written\n")
    assert capfd.readouterr().err == "printed\nwritten\n"
    assert logging.root.manager.disable == logging.NOTSET
    with pytest.warns(UserWarning, match="warned"):
        warnings.warn("warned", stacklevel=1)
