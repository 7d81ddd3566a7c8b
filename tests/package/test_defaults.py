"""A default that a docstring promises is the one that the signature has, and none goes unsaid."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import ai4mat_ising

FOLDER = Path(ai4mat_ising.__file__).parent
MODULES = sorted(
    ".".join(path.relative_to(FOLDER.parent).with_suffix("").parts).removesuffix(".__init__")
    for path in FOLDER.rglob("*.py")
)


def public_callables(module):
    """Names and objects: its functions and classes, and the methods of these."""
    for name, thing in vars(module).items():
        if name[0] != "_" and getattr(thing, "__module__", None) == module.__name__:
            yield name, thing
            if inspect.isclass(thing):
                methods = {k: v for k, v in vars(thing).items() if inspect.isfunction(v)}
                yield from ((f"{name}.{k}", v) for k, v in methods.items() if k[0] != "_")


def parameters_section(thing):
    """The lines of a NumPy-style docstring between "Parameters" and the next heading."""
    _, _, section = (inspect.getdoc(thing) or "").partition("Parameters\n----------\n")
    return re.split(r"\n\n[A-Z][a-z]+\n-+\n", section)[0]


def said(thing):
    """Each parameter, its default as the docstring has it (None if it has none), its kind."""
    for names, kind in re.findall(r"^(\w[\w, *]*) : (.*)$", parameters_section(thing), re.M):
        names = [name.strip(" *") for name in names.split(",")]
        _, default, text = kind.rpartition("default ")
        texts = text.split(" and ") if default else [None] * len(names)
        yield from zip(names, texts, [kind] * len(names), strict=True)


def value(text):
    return np.mean if text == "numpy.mean" else ast.literal_eval(text)


@pytest.mark.parametrize("name", MODULES)
def test_a_default_that_is_said_is_the_signatures(name):
    for function, thing in public_callables(importlib.import_module(name)):
        parameters = inspect.signature(thing).parameters if parameters_section(thing) else {}
        for parameter, text, kind in said(thing):
            default, where = parameters[parameter].default, f"{function}({parameter})"
            if text is not None:
                assert default == value(text), where
            elif kind.endswith(", optional"):
                assert default in (None, slice(None)), where
            else:
                assert default in (None, inspect.Parameter.empty), f"{where} has one, unsaid"


def test_defaults_are_found_where_a_docstring_says_them():
    module = importlib.import_module("ai4mat_ising.training")
    found = {parameter: text for parameter, text, _ in said(module.fit)}
    assert (found["model"], found["epochs"], found["lr"]) == (None, "20", "1e-3")
    assert "fit" in dict(public_callables(module))
