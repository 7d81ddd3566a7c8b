"""Puts what a learning platform's archive holds where nbgrader expects it."""

import datetime
import os
import shutil
import zoneinfo
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import filelock
from nbgrader.utils import parse_utc

from . import archives, matching, platforms, roster
from .platforms import Handin

SUBMITTED = "submitted"
TIMESTAMP = "timestamp.txt"
# What is kept of a hand-in without a notebook, so that a person can look at it.
MOST_FILES = 20
MOST_BYTES = 50 * archives.MIB
EXPLANATION = "not_collected.txt"
# Lines of the summary about the files of one student.
MOST_LINES = 10
# Zip files within zip files: one in the archive, one in that.
DEPTH = 2


@dataclass
class Taken:
    """What became of one student's hand-in.

    Attributes
    ----------
    student, name : str
        nbgrader's id, and the name as the archive writes it.
    files : list of str
        What lies in the student's folder now.
    time : str or None
        When it was handed in, in UTC, where the platform tells it.
    outcome : {"new", "replaced", "unchanged", "kept what was there"}
        The last where that is newer, or holds a notebook and the archive none.
    remarks : list of str
        What a person should know.
    attention : bool
        Whether a notebook is missing.
    """

    student: str
    name: str
    files: list[str]
    time: str | None = None
    outcome: str = "new"
    remarks: list[str] = field(default_factory=list)
    attention: bool = False


@dataclass
class Collected:
    """What collecting an archive has done; as text, a summary that ends with a count.

    Attributes
    ----------
    platform : str
        Whose archive it was; empty if no name in it fits any.
    taken : list of Taken
        One for each student.
    set_aside : list of str
        Earlier attempts.
    left_out : list of str
        Files beside the notebooks.
    not_understood : list of str
        Entries that could not be assigned to a student, or read, and why.
    """

    platform: str
    taken: list[Taken] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        lines = [f"archive of {platforms.TITLES.get(self.platform, 'an unknown platform')}"]
        for taken in self.taken:
            time = f", {taken.time}" if taken.time else ""
            name = f" ({taken.name})" if taken.name else ""
            lines.append(f"  {taken.student}{name}: {taken.outcome}{time}")
            lines += [f"    {remark}" for remark in taken.remarks]
        for title, items in self._lists():
            lines += [f"{title}:", *(f"  {item}" for item in _some(items, 100))] if items else []
        return "\n".join(map(printable, [*lines, self._count()]))

    def _lists(self) -> list[tuple[str, list[str]]]:
        patterns = platforms.PATTERNS
        expected = [patterns[self.platform]] if self.platform else patterns.values()
        return [
            ("earlier attempts, set aside", self.set_aside),
            ("left out", self.left_out),
            (f"not understood (expected {' or '.join(expected)})", self.not_understood),
        ]

    def _count(self) -> str:
        attention = sum(taken.attention for taken in self.taken)
        parts = [
            f"{attention} need a person",
            f"{len(self.set_aside)} earlier attempts set aside",
            f"{len(self.left_out)} files left out",
            f"{len(self.not_understood)} not understood",
        ]
        return f"{len(self.taken)} students collected; {', '.join(parts)}"


def collect(
    archive: Path,
    course: Path,
    assignment: str,
    notebooks: Sequence[str],
    platform: str | None = None,
    *,
    timezone: str = "UTC",
) -> Collected:
    """Collect the hand-ins of a problem set from an archive.

    Each student's newest attempt goes to ``submitted/STUDENT/ASSIGNMENT/`` in the course folder,
    with its time in ``timestamp.txt`` where the platform tells it; `roster.Person` says which id
    a student gets. A newer attempt replaces an older one, never the other way round; where no
    times are known, the archive's content replaces what is there. The archive is never unpacked,
    and each student's folder is replaced as a whole.

    Parameters
    ----------
    archive : Path
        Zip file as the platform offers it, or a folder with its content.
    course : Path
        Folder of the course.
    assignment : str
        Name of the problem set.
    notebooks : sequence of str
        Its notebooks, without suffix.
    platform : {"moodle", "blackboard", "canvas", "ilias"}, optional
        Default: recognised by the names in the archive.
    timezone : str
        Of the times in the archive's names, such as "Europe/Berlin".

    Raises
    ------
    ValueError
        If the archive cannot be read at all, or an argument is none of what it may be.
    """
    course, zone = Path(course), _zone(timezone)
    if roster.folder_name(assignment) != assignment:
        raise ValueError(f"assignment must be the name of a problem set, got {assignment!r}")
    if not notebooks:
        raise ValueError("notebooks must name at least one notebook, got none")
    names = [name.removesuffix(".ipynb") for name in notebooks]
    with archives.opened(archive) as opened, _staging(course, assignment) as staging:
        budget = archives.Budget()
        outer, refused = _without_wrapping(opened, budget, assignment)
        chosen, handins, rest = platforms.understood(outer, assignment, platform)
        collected = Collected(chosen)
        collected.not_understood = refused + [f"{entry.path}: unknown name" for entry in rest]
        people = roster.Roster(course)
        students = _by_student(handins, chosen, people)
        people.write()
        for student, files in students.items():
            _collect_one(student, files, names, collected, zone, budget, staging)
    return collected


def printable(text: str) -> str:
    """Make a text safe for a terminal: archives hold what students typed."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _zone(timezone: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(timezone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"timezone must be like 'Europe/Berlin', got {timezone!r}") from error


def _without_wrapping(archive, budget, assignment) -> tuple[list[archives.Entry], list[str]]:
    """Entries, with those of zip files that are no student's but hold the platform's own."""
    entries, refused = list(archive.entries), list(archive.refused)
    zips = [entry for entry in entries if entry.name.lower().endswith(".zip")]
    unknown = platforms.understood(zips, assignment)[2] if zips else []
    for entry in unknown:
        try:
            inner = archives.unpacked(entry, budget)
        except archives.UnreadableError:
            continue
        if not platforms.understood(inner.entries, assignment)[1]:
            continue
        entries.remove(entry)
        entries += inner.entries
        refused += inner.refused
    return entries, refused


def _by_student(handins: list[Handin], platform: str, people: roster.Roster):
    """Hand-ins by student id, in the order of ids that platforms give."""
    found: dict[str, list[Handin]] = {}
    for handin in sorted(handins, key=lambda each: (each.person, each.entry.path)):
        student = people.student_id(platform, handin.person, handin.name, handin.wanted)
        found.setdefault(student, []).append(handin)
    return found


def _collect_one(student, handins, notebooks, collected, zone, budget, staging) -> None:
    files, troubles = _opened(handins, budget)
    attempts = sorted({file.attempt for file in files}, reverse=True)
    choices = {each: _choice(files, each, notebooks) for each in attempts}
    attempt = next((each for each in attempts if choices[each].notebooks), attempts[0])
    choice = choices[attempt]
    taken = Taken(student, handins[0].name, [], remarks=choice.remarks)
    if attempt != attempts[0]:
        taken.remarks.append(f"the newest attempt, {attempts[0]}, holds no notebook")
    content, chosen = _content(choice, taken, troubles)
    taken.attention = any(remark.startswith("needs a person") for remark in taken.remarks)
    taken.remarks += _some(troubles)
    time = _newest(chosen or [file for file in files if file.attempt == attempt], zone)
    taken.time = time and f"{time:%Y-%m-%d %H:%M:%S} UTC"
    if taken.time:
        content[TIMESTAMP] = taken.time.encode()
    taken.outcome = staging.place(student, content, time)
    taken.files = staging.files(student)
    collected.taken.append(taken)
    others = [each for each in attempts if each != attempt]
    collected.set_aside += [f"{student}: attempt {each}" for each in others]
    kept = {id(file) for file in chosen}
    left = [file for file in choice.others if id(file) not in kept]
    collected.left_out += _some([f"{student}: {file.file}" for file in left])


def _some(lines: list[str], most: int = MOST_LINES) -> list[str]:
    """Lines, not more of them than anyone reads."""
    more = len(lines) - most
    return [*lines[:most], f"... and {more} more"] if more > 0 else lines


def _opened(handins: list[Handin], budget) -> tuple[list[Handin], list[str]]:
    """A student's files, with those in zip files."""
    files, troubles, waiting = [], [], [(handin, 0) for handin in handins]
    while waiting:
        handin, depth = waiting.pop(0)
        if not handin.file.lower().endswith(".zip") or depth == DEPTH:
            files.append(handin)
            continue
        try:
            inner = archives.unpacked(handin.entry, budget)
        except archives.UnreadableError as error:
            troubles.append(f"{handin.file}: {error}")
            files.append(handin)
            continue
        waiting += [(platforms.inside(handin, entry), depth + 1) for entry in inner.entries]
        troubles += inner.refused
        if not inner.entries:
            files.append(handin)
    return files, troubles


def _choice(files: list[Handin], attempt: str, notebooks) -> matching.Choice:
    return matching.choose([file for file in files if file.attempt == attempt], notebooks)


def _content(choice, taken, troubles) -> tuple[dict[str, bytes], list[Handin]]:
    """Bytes of what goes into the student's folder, by name, and the files that these are."""
    content, chosen = {}, []
    for name, file in choice.notebooks.items():
        try:
            content[f"{name}.ipynb"] = file.entry.read()
            chosen.append(file)
        except archives.UnreadableError as error:
            taken.remarks.append(f"needs a person: {file.file} cannot be read: {error}")
    if not content:
        _keep_others(choice.others, content, chosen)
    if not content:
        lines = [*taken.remarks, *troubles, "Nothing that was handed in could be collected."]
        content[EXPLANATION] = "\n".join(map(printable, lines)).encode()
    return content, chosen


def _keep_others(files: list[Handin], content: dict[str, bytes], chosen: list[Handin]) -> None:
    """Keep what was handed in instead of a notebook, so that a person can look at it."""
    room = MOST_BYTES
    for file in files[:MOST_FILES]:
        try:
            data = file.entry.read()
        except archives.UnreadableError:
            continue
        name = _file_name(file.file, content)
        if len(data) <= room:
            room -= len(data)
            content[name] = data
            chosen.append(file)


def _file_name(path: str, taken: dict[str, bytes]) -> str:
    stem, suffix = os.path.splitext(roster.folder_name(path.rpartition("/")[2]))
    # a student's own timestamp.txt would tell nbgrader when it was handed in
    reserved = {TIMESTAMP, *(name.casefold() for name in taken)}
    name, number = stem + suffix, 2
    while name.casefold() in reserved:
        name, number = f"{stem}-{number}{suffix}", number + 1
    return name


def _newest(files: list[Handin], zone) -> datetime.datetime | None:
    times = [time for file in files if file.time and (time := _utc(file.time, zone))]
    return max(times, default=None)


def _utc(digits: str, zone) -> datetime.datetime | None:
    try:
        local = datetime.datetime.strptime(digits, "%Y%m%d%H%M%S").replace(tzinfo=zone)
    except ValueError:
        return None
    return local.astimezone(datetime.UTC).replace(tzinfo=None)


@dataclass
class _Staging:
    """Replaces the folders of students as wholes.

    A folder is written under ``submitted/.collect-ASSIGNMENT`` and renamed; the one before it is
    kept there until then, and put back by the next run if this one was killed in between.
    """

    submitted: Path
    assignment: str

    @property
    def folder(self) -> Path:
        return self.submitted / f".collect-{self.assignment}"

    def place(self, student: str, content: dict[str, bytes], time) -> str:
        """Put files into a student's folder; return what that did."""
        home = self.submitted / student / self.assignment
        for path in (home, home.parent):
            if path.is_symlink() or path.exists() and not path.is_dir():
                raise ValueError(f"{path} must be a folder, got a link or a file")
        if home.exists():
            before, there = _time_of(home), _files(home)
            older = bool(time and before and time < before)
            poorer = _holds_notebook(there) and not _holds_notebook(content)
            if there == content or older or poorer:
                return "unchanged" if there == content else "kept what was there"
        new, old = self.folder / "new", self.folder / "old" / student
        new.mkdir(parents=True)
        for name, data in content.items():
            _write(new / name, data)
        home.parent.mkdir(parents=True, exist_ok=True)
        replaces = home.exists()
        if replaces:
            old.parent.mkdir(exist_ok=True)
            os.rename(home, old)
        os.rename(new, home)
        shutil.rmtree(old, ignore_errors=True)
        return "replaced" if replaces else "new"

    def files(self, student: str) -> list[str]:
        """Names of what lies in a student's folder."""
        return sorted(set(os.listdir(self.submitted / student / self.assignment)) - {TIMESTAMP})

    def recover(self) -> None:
        """Put back what a run that was killed had moved, and drop what it had begun."""
        for old in (self.folder / "old").glob("*"):
            home = self.submitted / old.name / self.assignment
            if not home.exists():
                home.parent.mkdir(parents=True, exist_ok=True)
                os.rename(old, home)
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def _staging(course: Path, assignment: str) -> Iterator[_Staging]:
    submitted = course / SUBMITTED
    submitted.mkdir(parents=True, exist_ok=True)
    staging = _Staging(submitted, assignment)
    try:
        with filelock.FileLock(submitted / ".collect.lock", timeout=0):
            staging.recover()
            yield staging
            staging.recover()
    except filelock.Timeout as error:
        raise ValueError(f"course must not be collected twice at a time, got {course}") from error


def _time_of(home: Path) -> datetime.datetime | None:
    try:
        return parse_utc((home / TIMESTAMP).read_text().strip())
    except (OSError, ValueError):
        return None


def _files(home: Path) -> dict[str, bytes]:
    """What lies in a folder; other than files nothing that collecting put there."""
    return {path.name: path.read_bytes() if path.is_file() else b"" for path in home.iterdir()}


def _holds_notebook(content: dict[str, bytes]) -> bool:
    return any(name.endswith(".ipynb") for name in content)


def _write(path: Path, data: bytes) -> None:
    with open(path, "xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
