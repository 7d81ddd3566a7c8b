"""Grades kept by content: what has been graded is not graded again while nothing changes.

A grade depends on the cells, the modules that they import, the data, the versions and the machine,
and on how it is made. What students' functions return is never kept: an answer that forgets its
seed would pass.
"""

import hashlib
import json
import os
import sys
import tempfile
from functools import cache
from pathlib import Path

from grading import ROOT, Graded

sys.path.insert(0, str(ROOT / "tools"))  # dependencies is a script of the repository

import dependencies  # noqa: E402

FOLDER = ROOT / "_build" / "grades"
GRADER = [Path(__file__).with_name(name) for name in ("execution.py", "grading.py")]


def recalled(content):
    """What was kept for some content, or None.

    Parameters
    ----------
    content : list
        What JSON can hold; the first item of each list in it is code.

    Returns
    -------
    Graded or None
    """
    try:
        scores, errors, waiting = json.loads(_path(content).read_text())
    except (OSError, ValueError):
        return None
    return Graded(
        {cell: tuple(points) for cell, points in scores.items()},
        {cell: list(map(tuple, found)) for cell, found in errors.items()},
        waiting,
    )


def keep(content, graded):
    """Keep a grade, whatever else happens meanwhile."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=FOLDER, delete=False) as file:
        json.dump([graded.scores, graded.errors, graded.waiting], file)
    os.replace(file.name, _path(content))


def _path(content):
    codes = [part[0] for part in content if isinstance(part, list)]
    names = frozenset().union(*map(dependencies.imported, codes))
    text = json.dumps([content, _surroundings(names)], sort_keys=True)
    return FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()}.json"


@cache  # nothing changes while tests run
def _surroundings(modules):
    return [dependencies.digest(modules), *(path.read_text() for path in GRADER)]
