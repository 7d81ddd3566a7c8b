"""What a student handed in, read with care: nothing is followed, executed or believed here."""

import contextlib
import fnmatch
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import nbformat
from nbformat.v4 import new_notebook
from nbgrader.utils import parse_utc

from .course import Course
from .records import Plan

# Entries of a submission's folders that are looked at.
MOST_FILES = 1000
# What is graded where there is no notebook.
EMPTY = nbformat.writes(new_notebook()).encode()


@dataclass
class Submission:
    """One student's folder.

    Attributes
    ----------
    student : str
        Name of the student's folder.
    folder : Path
        Where it was.
    notebooks : dict of str to bytes
        Content of each notebook of the plan; one without cells where there is none to read.
    files : list of Path
        What else is in the folder, relative to it: regular files, without notebooks.
    timestamp : datetime or None
        When it was handed in, in UTC and without time zone, as nbgrader has it.
    notes : list of str
        What was odd.
    attention : bool
        Whether a person must look.
    digest : str
        Hash of all that was read, and of the notes.
    """

    student: str
    folder: Path
    notebooks: dict[str, bytes] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    timestamp: datetime | None = None
    notes: list[str] = field(default_factory=list)
    attention: bool = False
    digest: str = ""

    def need_a_person(self, note: str) -> None:
        """Note what only a person can judge."""
        self.notes.append(note)
        self.attention = True


def read(course: Course, assignment: str, student: str, plans: list[Plan]) -> Submission:
    """Read a student's folder, whatever it holds.

    Parameters
    ----------
    course : Course
        Its limits of size hold: ``c.CourseDirectory.max_file_size`` and ``max_dir_size``.
    assignment, student : str
        Names.
    plans : list of Plan
        Notebooks that are expected.

    Returns
    -------
    Submission
    """
    found = Submission(student, course.folder("submitted", student, assignment))
    links = [path for path in (found.folder, found.folder.parent) if path.is_symlink()]
    paths = _files(found, course) if not links and found.folder.is_dir() else []
    if links:
        found.need_a_person(f"{links[0].name} is a link, which is not followed")
    elif not found.folder.is_dir():
        found.need_a_person(f"{found.folder.name} is not a folder")
    found.files = [path for path in paths if path.suffix != ".ipynb"]
    _read_notebooks(found, plans, [path for path in paths if path.suffix == ".ipynb"])
    _read_timestamp(found)
    found.digest = _digest(found)
    return found


def content(path: Path) -> bytes:
    """Bytes of a regular file; OSError if it is anything else, such as a link or a pipe."""
    with open(path, "rb", opener=_cautious) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(f"{path.name} is not a regular file")
        return file.read()


def _cautious(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _files(found: Submission, course: Course) -> list[Path]:
    """Regular files below the folder that are small enough; notes of all that is left out."""
    kept, size, number = [], 0, 0
    limit, total = course.directory.max_file_size * 1000, course.directory.max_dir_size * 1000
    for entry in _walk(found.folder, course.directory.ignore):
        name = entry.relative_to(found.folder)
        number += 1
        if number > MOST_FILES:
            found.need_a_person(f"More than {MOST_FILES} files: the others are left out")
            break
        try:
            info = entry.lstat()
        except OSError as error:
            found.need_a_person(f"{_shown(name)} cannot be read: {error.strerror}")
            continue
        if not stat.S_ISREG(info.st_mode):
            found.need_a_person(f"{_shown(name)} is not a regular file: left out")
        elif info.st_size > limit or size + info.st_size > total:
            found.need_a_person(f"{_shown(name)} is too large: {info.st_size / 1e6:.0f} MB")
        else:
            kept.append(name)
            size += info.st_size
    return kept


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    """All but folders below a folder, in a fixed order, following no link, however deep."""
    waiting = [folder]
    while waiting:
        try:
            entries = sorted(os.scandir(waiting.pop()), key=lambda entry: os.fsencode(entry.name))
        except OSError:
            continue
        kept = [e for e in entries if not any(fnmatch.fnmatch(e.name, p) for p in ignored)]
        for entry in kept:
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path)
            elif entry.name.endswith(".ipynb"):
                yield Path(entry.path)
            else:
                waiting.append(Path(entry.path))


def _read_notebooks(found: Submission, plans: list[Plan], paths: list[Path]) -> None:
    """Contents of the notebooks of the plans; a single one under another name is taken."""
    wanted = {Path(f"{plan.notebook}.ipynb") for plan in plans}
    others = [path for path in paths if path not in wanted]
    for plan in plans:
        path = Path(f"{plan.notebook}.ipynb")
        if path not in paths and len(plans) == 1 and len(others) == 1:
            (path,) = others
            found.notes.append(f"{_shown(path)} was taken for {plan.notebook}.ipynb")
            others = []
        found.notebooks[plan.notebook] = EMPTY
        if path not in paths:
            found.need_a_person(f"There is no {path} that can be graded")
            continue
        try:
            found.notebooks[plan.notebook] = content(found.folder / path)
        except OSError as error:
            found.need_a_person(f"{_shown(path)} cannot be read: {error}")
    found.notes += [f"{_shown(path)} is no notebook of this set: not graded" for path in others]


def _read_timestamp(found: Submission) -> None:
    """When it was handed in; nbgrader fails on a time that cannot be read, we say so."""
    if Path("timestamp.txt") not in found.files:
        return
    try:
        text = content(found.folder / "timestamp.txt")[:1000].decode().strip()
        found.timestamp = parse_utc(text) if text else None
    except (OSError, ValueError, OverflowError, TypeError):
        # formgrader breaks on such a file, so it goes nowhere.
        found.files.remove(Path("timestamp.txt"))
        found.need_a_person("timestamp.txt holds no time that can be read")


def _digest(found: Submission) -> str:
    whole = hashlib.sha256(repr((found.notes, found.attention)).encode())
    for name, raw in found.notebooks.items():
        whole.update(repr((name, hashlib.sha256(raw).hexdigest())).encode())
    for path in found.files:
        with contextlib.suppress(OSError):
            raw = content(found.folder / path)
            whole.update(repr((os.fsencode(path), hashlib.sha256(raw).hexdigest())).encode())
    return whole.hexdigest()


def _shown(path: Path) -> str:
    """A student's name of a file, safe for files and terminals."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in str(path))
