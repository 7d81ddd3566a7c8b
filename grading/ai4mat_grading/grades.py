"""Grades, and how they are kept by content: what has been graded once is not graded again.

A grade depends on the cells, the modules that they import, the data, the versions and the machine,
and on how it is made. What students' functions return is never kept: an answer that forgets its
seed would pass.
"""

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import dependencies
from .repository import root

# In the repository.
FOLDER = Path("_build", "grades")
# What makes the grades that are kept.
GRADER = [
    Path(__file__).with_name(f"{name}.py") for name in ("rehearsal", "stock", "notebooks", "grades")
]


@dataclass(repr=False)
class Graded:
    """Points and errors of one submission.

    Attributes
    ----------
    scores : dict of str to (float, float)
        For each cell that nbgrader grades its points and the points possible.
    errors : dict of str to list of (str, str)
        For each cell with errors, their names and messages.
    waiting : dict of str to bool
        For each written answer whether a person has to grade it.
    """

    scores: dict[str, tuple[float, float]]
    errors: dict[str, list[tuple[str, str]]]
    waiting: dict[str, bool]

    @property
    def total(self) -> float:
        """Points of the whole notebook."""
        return sum(points for points, _ in self.scores.values())

    def __repr__(self) -> str:
        return "\n".join(f"{cell}: {errors}" for cell, errors in self.errors.items()) or "no errors"

    @property
    def lost(self) -> set[str]:
        """Graded cells without any of their points."""
        return {cell for cell, (points, maximum) in self.scores.items() if points == 0 < maximum}

    @property
    def kept(self) -> set[str]:
        """Graded cells with all of their points."""
        return {cell for cell, (points, maximum) in self.scores.items() if points == maximum > 0}


def recalled(content: list[Any]) -> Graded | None:
    """Recall the grade that was kept for some content.

    Parameters
    ----------
    content : list
        What JSON can hold; the first item of each list in it is code.

    Returns
    -------
    Graded or None
        None if there is none.
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


def keep(content: list[Any], graded: Graded) -> None:
    """Keep a grade, whatever else happens meanwhile."""
    path = _path(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as file:
        json.dump([graded.scores, graded.errors, graded.waiting], file)
    os.replace(file.name, path)


def _path(content: list[Any]) -> Path:
    codes = [part[0] for part in content if isinstance(part, list)]
    names = frozenset().union(*map(dependencies.imported, codes))
    text = json.dumps([content, _surroundings(names)], sort_keys=True)
    return root() / FOLDER / f"{hashlib.sha256(text.encode()).hexdigest()}.json"


@cache  # nothing changes while tests run
def _surroundings(modules: frozenset[str]) -> list[str]:
    return [dependencies.digest(modules, root()), *(path.read_text() for path in GRADER)]
