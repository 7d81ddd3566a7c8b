"""A default that a docstring promises is the one that the signature has, and none goes unsaid."""

import ast
import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import ai4mat_ising

MODULES = [m.name for m in pkgutil.walk_packages(ai4mat_ising.__path__, "ai4mat_ising.")]


def public_callables():
    """Name and object: the functions and classes of every module, and the methods of classes."""
    for module in map(importlib.import_module, MODULES):
        for name, thing in vars(module).items():
            if name[0] != "_" and getattr(thing, "__module__", None) == module.__name__:
                yield f"{module.__name__}.{name}", thing
                if inspect.isclass(thing):
                    methods = inspect.getmembers(thing, inspect.isfunction)
                    yield from (
                        (f"{module.__name__}.{name}.{method}", function)
                        for method, function in methods
                        if method[0] != "_" and method in vars(thing)
                    )


def parameters_section(thing):
    """The lines of a NumPy-style docstring between "Parameters" and the next heading."""
    doc = inspect.getdoc(thing) or ""
    _, _, section = doc.partition("Parameters\n----------\n")
    return re.split(r"\n\n[A-Z][a-z]+\n-+\n", section)[0]


def said(thing):
    """What the docstring says of the default of each parameter, as text, or None if nothing."""
    for names, kind in re.findall(r"^(\w[\w, *]*) : (.*)$", parameters_section(thing), re.M):
        names = [name.strip(" *") for name in names.split(",")]
        _, default, text = kind.rpartition("default ")
        texts = text.split(" and ") if default else [None] * len(names)
        yield from zip(names, texts, [kind] * len(names), strict=True)


def value(text):
    if text == "numpy.mean":
        return np.mean
    return ast.literal_eval(text)


DOCUMENTED = {name: thing for name, thing in public_callables() if parameters_section(thing)}


def test_there_are_docstrings_that_say_defaults():
    texts = [text for thing in DOCUMENTED.values() for _, text, _ in said(thing)]
    assert len(DOCUMENTED) > 40 and sum(text is not None for text in texts) > 40


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_default_that_is_said_is_the_signatures(name):
    thing = DOCUMENTED[name]
    parameters = inspect.signature(thing).parameters
    for parameter, text, kind in said(thing):
        default = parameters[parameter].default
        if text is not None:
            assert default == value(text), parameter
        elif kind.endswith(", optional"):
            assert default in (None, slice(None)), parameter
        else:
            unsaid = f"{parameter} = {default!r} goes unsaid"
            assert default in (None, inspect.Parameter.empty), unsaid
