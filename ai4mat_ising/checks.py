"""Checks that several problem sets share; answers and tests of one problem set are elsewhere.

A failed check raises AssertionError, as `assert` does, with a message for the student: what was
expected, then what came.
"""

import contextlib
import io
import logging
import os
import textwrap
import warnings
from numbers import Real

import numpy as np

# `nbgrader validate` cuts lines a little beyond this.
WIDTH = 80


def expect(condition, message):
    """Fail with a message wrapped for narrow output.

    Parameters
    ----------
    condition : bool
        Condition that must hold.
    message : str
        What was expected and what came; line breaks in it are not kept.

    Raises
    ------
    AssertionError
        If the condition is false. The message starts on a line of its own and wraps at 80
        characters.
    """
    if not condition:
        _fail(message)


def _fail(message):
    raise AssertionError("\n" + textwrap.fill(" ".join(message.split()), WIDTH))


def check_array(name, value, shape, low=None, high=None):
    """Check the shape and the values of an array of numbers.

    Parameters
    ----------
    name : str
        What the student calls it, for example "encode(model, images)".
    value : array_like
        What came. Lists and torch tensors count where NumPy can convert them.
    shape : tuple of int
        The shape expected.
    low, high : float, optional
        Bounds, both included.

    Returns
    -------
    ndarray of float64
        A copy of the values.

    Raises
    ------
    AssertionError
        If it is not an array of finite numbers, or the shape or a value is wrong.
    """
    expect(value is not None, f"{name} must be an array, got None: is a return missing?")
    array = _numbers(value)
    if array is None:  # to describe a value can take longer than all else here
        _fail(f"{name} must be an array of numbers of shape {shape}, got {_describe(value)}.")
    expect(array.shape == shape, f"{name} must have shape {shape}, got {array.shape}.")
    expect(
        np.isfinite(array).all(),
        f"{name} must be finite, got {np.count_nonzero(~np.isfinite(array))} values that are NaN "
        "or infinite.",
    )
    if low is not None and array.size:
        expect(array.min() >= low, f"{name} must be at least {low}, got {array.min():.6g}.")
    if high is not None and array.size:
        expect(array.max() <= high, f"{name} must be at most {high}, got {array.max():.6g}.")
    return array


def check_dict(name, value, keys):
    """Check that a value is a dictionary with the keys expected; it may have more.

    Parameters
    ----------
    name : str
        What the student calls it.
    value : dict
        What came.
    keys : sequence of str
        The keys expected.

    Returns
    -------
    dict
        `value` itself.

    Raises
    ------
    AssertionError
        If it is not a dictionary or keys are missing.
    """
    expected = ", ".join(repr(key) for key in keys)
    if not isinstance(value, dict):
        _fail(f"{name} must be a dictionary with the keys {expected}, got {_describe(value)}.")
    missing = ", ".join(repr(key) for key in keys if key not in value)
    found = ", ".join(repr(key) for key in value) or "none"
    expect(not missing, f"{name} must have the keys {expected}; {missing} missing, got {found}.")
    return value


def check_number(name, value, low=None, high=None):
    """Check that a value is one finite number between bounds.

    Parameters
    ----------
    name : str
        What the student calls it.
    value : float
        What came. Arrays and tensors that hold one number count.
    low, high : float, optional
        Bounds, both included.

    Returns
    -------
    float

    Raises
    ------
    AssertionError
        If it is not one finite number, or out of bounds.
    """
    array = value if isinstance(value, Real) else _numbers(value)
    if array is None or np.size(array) != 1:
        _fail(f"{name} must be one number, got {_describe(value)}.")
    return float(check_array(name, np.reshape(array, ()), (), low, high))


def check_unchanged(name, given, before):
    """Check that a function has left its arguments as they were.

    Parameters
    ----------
    name : str
        What the student calls the function.
    given : iterable of array_like
        The arguments, after the call.
    before : iterable of array_like
        The same values, as they were before it.

    Raises
    ------
    AssertionError
        If a value or a shape has changed.
    """
    expect(
        all(np.array_equal(now, then) for now, then in zip(given, before, strict=True)),
        f"{name} must leave its arguments as they are, got other values in them afterwards. "
        "Write a = a + b rather than a += b, and change entries of a copy only.",
    )


@contextlib.contextmanager
def quiet():
    """Keep what a student's function prints or logs, and its warnings, out of a check.

    nbgrader gives no points to a test cell with anything on stderr, so a harmless warning would
    cost them. Exceptions pass through.
    """
    logging_level = logging.root.manager.disable
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
        warnings.catch_warnings(),
        _null_file_descriptor(2),
    ):
        warnings.simplefilter("ignore")
        # Loggers write to the stream they found when they were set up, not to the one above.
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging_level)


@contextlib.contextmanager
def _null_file_descriptor(number):
    """Discard what compiled code (torch's, say) writes to a file descriptor directly."""
    saved, null = os.dup(number), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, number)
    try:
        yield
    finally:
        os.dup2(saved, number)
        os.close(saved)
        os.close(null)


def _numbers(value):
    """Return a float64 copy of an array-like, or None if it holds anything but real numbers."""
    if hasattr(value, "detach"):  # a torch tensor, perhaps one that carries gradients
        value = value.detach().cpu()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError):  # ragged lists
        return None
    if array.dtype.kind not in "biuf":
        return None
    return np.array(array, dtype=float)


def _describe(value):
    text = textwrap.shorten(repr(value), 60)
    return f"{text} ({type(value).__name__})"
