"""Releases a problem set again, also after grading has begun: all of it, or nothing.

nbgrader removes the old release before it looks at the gradebook, and refuses only then. Here the
new release is made beside the old one, first with a gradebook of its own, so that what has changed
is known before anything is touched.
"""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.utils import temp_attrs

from .course import Course, Refused
from .plan import plans_of
from .records import Plan, PlannedCell

# Roles and types of cells, which decide what grades a submission has.
ROLES = ("kind", "locked", "grade", "solution", "task")


def regenerate(root: Path, assignment: str) -> str:
    """Release a problem set, for the first time or again.

    Parameters
    ----------
    root : Path
        Course folder.
    assignment : str
        Name of the problem set.

    Returns
    -------
    str
        What has changed, and what to do now.

    Raises
    ------
    Refused
        If the set cannot be released, or its cells have changed so that grades would be lost. The
        old release and the gradebook are as they were.
    """
    course = Course(root)
    with course.locked():
        rehearsal = course.scratch / "rehearsal"
        rehearsal.mkdir()
        new = _rehearse(course, assignment, rehearsal)
        old, graded = _known(course, assignment)
        changes = list(_changes(old, new)) if old else []
        if graded and (lost := [text for text, harmless in changes if not harmless]):
            raise Refused(_refusal(assignment, lost, len(graded)))
        made = course.scratch / "made"
        made.mkdir()
        _generate(course, assignment, made, course.database)
        _swap(course, assignment, made)
        return _said(course, assignment, [text for text, _ in changes], len(graded))


# --- what has changed --------------------------------------------------------------------------


def _known(course: Course, assignment: str) -> tuple[list[Plan], set[str]]:
    """Plans of the gradebook, and the students whose submissions it holds."""
    if not course.has_gradebook():
        return [], set()
    with course.gradebook() as gradebook:
        if assignment not in {known.name for known in gradebook.assignments}:
            return [], set()
        plans = plans_of(gradebook, assignment, course.folder("release", ".", assignment))
        graded = {row.student_id for row in gradebook.assignment_submissions(assignment)}
        return plans, graded


def _rehearse(course: Course, assignment: str, folder: Path) -> list[Plan]:
    """Plans of the set as it is now, by way of a release that nobody gets."""
    database = f"sqlite:///{folder}/gradebook.db"
    _generate(course, assignment, folder, database)
    with Gradebook(database, course.directory.course_id) as gradebook:
        return plans_of(gradebook, assignment, _made(course, assignment, folder))


def _changes(old: list[Plan], new: list[Plan]) -> Iterator[tuple[str, bool]]:
    """What differs, each with whether grades survive it."""
    before, after = ({plan.notebook: plan for plan in plans} for plans in (old, new))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name}.ipynb was removed", False
        elif name not in before:
            yield f"{name}.ipynb was added", False
        else:
            yield from _cell_changes(before[name], after[name])


def _cell_changes(old: Plan, new: Plan) -> Iterator[tuple[str, bool]]:
    before, after = ({cell.name: cell for cell in plan.cells} for plan in (old, new))
    for name in before.keys() - after.keys():
        yield f"cell {name} was removed", False
    for name in after.keys() - before.keys():
        yield f"cell {name} was added", False
    for name in before.keys() & after.keys():
        yield from _differences(before[name], after[name])
    if old.lesson != new.lesson:
        yield "cells without points have another text", True


def _differences(old: PlannedCell, new: PlannedCell) -> Iterator[tuple[str, bool]]:
    if roles := [role for role in ROLES if getattr(old, role) != getattr(new, role)]:
        yield f"cell {old.name} has another role ({', '.join(roles)})", False
    if old.points != new.points and None not in (old.points, new.points):
        yield f"cell {old.name} has {new.points:g} points instead of {old.points:g}", True
    if old.source != new.source:
        yield f"cell {old.name} has another text", True


# --- nbgrader ----------------------------------------------------------------------------------


def _generate(course: Course, assignment: str, folder: Path, database: str) -> None:
    """Let nbgrader make a release below a folder, and write what its cells are to a gradebook."""
    api = NbGraderAPI(coursedir=course.directory, config=course.app.config)
    # nbgrader calls alembic by its bare name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    place = {"release_directory": str(folder.relative_to(course.root)), "db_url": database}
    with mock.patch.dict(os.environ, PATH=path), temp_attrs(course.directory, **place):
        result = api.generate_assignment(assignment)
    if not result["success"]:
        raise Refused(f"nbgrader cannot release {assignment}: {_reason(result)}")


def _reason(result: dict) -> str:
    lines = [line for line in result.get("log", "").splitlines() if "ERROR" in line]
    return " ".join(lines[:1]) or result.get("error", "").strip().splitlines()[-1]


def _made(course: Course, assignment: str, folder: Path) -> Path:
    with temp_attrs(course.directory, release_directory=str(folder.relative_to(course.root))):
        return course.folder("release", ".", assignment)


def _swap(course: Course, assignment: str, made: Path) -> None:
    """Put the new release in the place of the old one."""
    final = course.folder("release", ".", assignment)
    final.parent.mkdir(parents=True, exist_ok=True)
    if final.exists():
        shutil.move(final, course.scratch / "old")
    shutil.move(_made(course, assignment, made), final)


# --- what is said ------------------------------------------------------------------------------


def _refusal(assignment: str, lost: list[str], graded: int) -> str:
    return (
        f"{assignment} was not released again: {'; '.join(sorted(lost))}. The gradebook holds "
        f"grades of {graded} students for the cells as they were. Undo this (texts, tests and "
        "points may change), or give the changed set another name; to give up all grades of "
        f"{assignment}, also those given by hand, run `nbgrader db assignment remove "
        f"{assignment} --force` first"
    )


def _said(course: Course, assignment: str, changes: list[str], graded: int) -> str:
    place = course.folder("release", ".", assignment).relative_to(course.root)
    lines = [f"{assignment} is released in {place}/"]
    lines += [f"  {change}" for change in sorted(changes)]
    if graded and changes:
        lines.append(
            f"{graded} students were graded before that: run `ising-grade {assignment}` again. "
            "Grades given by hand stay; where points of such a cell have changed, look at them."
        )
    return "\n".join(lines)
