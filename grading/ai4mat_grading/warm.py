"""Imported into the process from which judges are forked: does once what all of them would do.

The cells that every submission begins with run here, too, so that what they load and compile is
there; what they define is forgotten.
"""

# ruff: noqa: E402
from .quick import leave_out_grammars, leave_out_pages

leave_out_grammars()

import contextlib
import importlib
import io
import json
import os
import random
import sys
import warnings
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook

from . import forking
from . import shell as shells
from .sandbox import WARM


def run(opening: list[str]) -> None:
    """Run cells, whatever happens in them, and leave random numbers as they were."""
    shell, names = shells.make_shell(), {"__name__": "__warm__"}
    states = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    state = torch.get_rng_state() if torch else None
    quiet = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with quiet[0], quiet[1], contextlib.suppress(Exception), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in opening:
            exec(shell.transform_cell(source), names)
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
    random.setstate(states[0])
    np.random.set_state(states[1])
    if torch:
        torch.set_rng_state(state)


def load(modules: list[str]) -> None:
    """Import what judges need; a module may be missing, its test will say so."""
    for name in modules:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def check_a_notebook() -> None:
    """Make nbformat compile its check of notebooks, which it keeps."""
    nbformat.writes(new_notebook(cells=[new_code_cell()]))


if path := os.environ.get(WARM):
    with contextlib.suppress(FileNotFoundError):
        leave_out_pages()
        wanted = json.loads(Path(path).read_text())
        load(["ai4mat_grading.judge", *wanted["modules"]])
        check_a_notebook()
        run(wanted["opening"])
    forking.prepare()
