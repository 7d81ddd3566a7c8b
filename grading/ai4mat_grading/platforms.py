"""How learning platforms name the files of an archive of hand-ins, and what the names tell.

Moodle writes ``Ann Lee_4711_assignsubmission_file_/latent_1d.ipynb`` (or all in one name),
Canvas ``leeann_LATE_4711_98765_latent_1d.ipynb``, Blackboard ``Latent
1D_al123_attempt_2026-11-30-23-59-59_latent_1d.ipynb``, ILIAS
``Lee_Ann_al123_4711/latent_1d.ipynb``.
"""

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .archives import Entry, UnreadableError

TITLES = {"moodle": "Moodle", "blackboard": "Blackboard", "canvas": "Canvas", "ilias": "ILIAS"}
PATTERNS = {
    "moodle": "NAME_NUMBER_assignsubmission_file_/FILE",
    "blackboard": "ASSIGNMENT_USERNAME_attempt_YYYY-MM-DD-HH-MM-SS_FILE",
    "canvas": "NAME_USERID_ATTACHMENT_FILE",
    "ilias": "LASTNAME_FIRSTNAME_LOGIN_USERID/FILE",
}
# A name is bounded so that no pattern takes long over a hostile one.
_NAME = r"[^/]{1,200}?"
MOODLE = re.compile(rf"(?P<name>{_NAME})_(?P<id>\d+)_assignsubmission_[a-z]+_?(?P<file>.*)", re.S)
BLACKBOARD = re.compile(
    rf"(?P<head>{_NAME})_attempt_(?P<time>\d{{4}}(?:-\d\d){{5}})(?:_(?P<file>.+)|\.txt)", re.S
)
_CANVAS = rf"(?P<name>{_NAME})_(?:LATE_)?(?P<id>\d+)"
CANVAS = (
    re.compile(r"(?:LATE_)?(?P<id>anon_[^_/]+)_(?P<order>\d+)_(?P<file>.+)", re.S | re.I),
    re.compile(rf"{_CANVAS}_(?P<order>\d+)_(?P<file>.+)", re.S | re.I),
    re.compile(rf"{_CANVAS}_(?P<file>(?:text|link)\.html)", re.I),
)
ILIAS = re.compile(r"(?P<name>[^/]{1,200})_(?P<login>[^_/]+)_(?P<id>\d+)")
ILIAS_FOLDERS = {"submissions", "abgaben"}
# What ILIAS puts before a late file, and the time that older versions left there.
_LATE = "(?:Late Submission|Versp(?:ae|a|ä)tete Abgabe) - "
ILIAS_FILE = re.compile(rf"(?:{_LATE})?(?:(?P<time>\d{{14}})_)?(?P<file>.+)", re.S)
COPY_NUMBER = re.compile(r" \((\d+)\)\.[^.]+$")
SUMMARY_NAME = re.compile(r"^Name:\s*(?P<name>.*?)\s*\((?P<login>[^()]+)\)\s*$", re.M)
SUMMARY_FILE = ("Original filename:", "Filename:")


@dataclass(frozen=True)
class Handin:
    """A file of a student.

    Attributes
    ----------
    person : str
        What the platform calls the student: unique there.
    wanted : str
        The student id that this suggests.
    name : str
        The student's name, as the archive writes it.
    file : str
        The file's name as the student gave it, possibly with folders; empty for the platform's
        own summary of an attempt.
    entry : Entry
        The file.
    time : str or None
        When it was handed in, as fourteen digits, by the platform's clock.
    order : tuple of int
        Greater for the later one of two files of the same name.
    attempt : str
        What the files of one attempt share.
    """

    person: str
    wanted: str
    name: str
    file: str
    entry: Entry
    time: str | None = None
    order: tuple[int, ...] = ()
    attempt: str = ""


def understood(
    entries: Sequence[Entry], assignment: str, platform: str | None = None
) -> tuple[str, list[Handin], list[Entry]]:
    """Read the names of an archive's files.

    Parameters
    ----------
    entries : sequence of Entry
        The files.
    assignment : str
        Name of the problem set, which Blackboard's names may begin with.
    platform : {"moodle", "blackboard", "canvas", "ilias"}, optional
        Default: the one whose pattern fits most names.

    Returns
    -------
    platform : str
        Empty if none was named and no name fits any.
    handins : list of Handin
    rest : list of Entry
        Files whose names don't fit.

    Raises
    ------
    ValueError
        If the platform is none of these.
    """
    if platform is not None and platform not in READERS:
        raise ValueError(f"platform must be one of {sorted(READERS)}, got {platform!r}")
    names = [platform] if platform else list(READERS)
    read = {name: READERS[name](entries, assignment) for name in names}
    best = max(names, key=lambda name: len(read[name]))
    known = {id(handin.entry) for handin in read[best]}
    rest = [entry for entry in entries if id(entry) not in known]
    return best if platform or known else "", read[best], rest


def _moodle(entries: Sequence[Entry], assignment: str) -> list[Handin]:
    handins = []
    for entry in entries:
        parts = entry.path.split("/")
        matches = ((i, match) for i, part in enumerate(parts) if (match := MOODLE.fullmatch(part)))
        for i, match in list(matches)[:1]:
            file = "/".join(part for part in [match["file"], *parts[i + 1 :]] if part)
            handins.append(Handin(match["id"], match["id"], match["name"], file, entry))
    return handins


def _canvas(entries: Sequence[Entry], assignment: str) -> list[Handin]:
    handins = []
    for entry in entries:
        matches = (pattern.fullmatch(entry.name) for pattern in CANVAS)
        for match in [match for match in matches if match][:1]:
            found = {"name": "", "order": 0} | match.groupdict()
            order = (int(found["order"]),)
            handins.append(
                Handin(found["id"], found["id"], found["name"], found["file"], entry, order=order)
            )
    return handins


def _ilias(entries: Sequence[Entry], assignment: str) -> list[Handin]:
    folders = [_ilias_folders(entry) for entry in entries]
    depth = _ilias_depth(folders)
    handins = []
    for entry, matches in zip(entries, folders):
        if depth not in matches or "Feedback_files" in entry.path.split("/"):
            continue
        match = matches[depth]
        file = ILIAS_FILE.fullmatch(entry.name)
        number = COPY_NUMBER.search(entry.name)
        order = (int(file["time"] or 0), int(number[1]) if number else 1)
        # all but the number: which part is the login is a guess where it has underscores
        name = f"{match['name']}_{match['login']}"
        handins.append(
            Handin(match["id"], match["login"], name, file["file"], entry, file["time"], order)
        )
    return handins


def _ilias_folders(entry: Entry) -> dict[int, re.Match]:
    """Folders that could be a student's, by their place counted from where students begin."""
    parts = entry.path.split("/")[:-1]
    begin = min((i + 1 for i, part in enumerate(parts) if part.lower() in ILIAS_FOLDERS), default=0)
    matches = {i - begin: ILIAS.fullmatch(part) for i, part in enumerate(parts) if i >= begin}
    return {i: match for i, match in matches.items() if match and "_" in match["name"]}


def _ilias_depth(folders: list[dict[int, re.Match]]) -> int:
    """Where students' folders are: the title of an exercise may look like one of them."""
    people: dict[int, set[str]] = {}
    for matches in folders:
        for i, match in matches.items():
            people.setdefault(i, set()).add(match["id"])
    return max(sorted(people), key=lambda i: len(people[i]), default=0)


def _blackboard(entries: Sequence[Entry], assignment: str) -> list[Handin]:
    matches = [(e, m) for e in entries if (m := BLACKBOARD.fullmatch(e.name))]
    names, originals = _summaries([entry for entry, match in matches if match["file"] is None])
    logins = _logins([match["head"] for _, match in matches], list(names), assignment)
    handins = []
    for entry, match in matches:
        login = logins[match["head"]]
        file = originals.get(entry.name, match["file"] or "")
        time = match["time"].replace("-", "")
        handins.append(
            Handin(login, login, names.get(login, ""), file, entry, time, attempt=match["time"])
        )
    return handins


def _summaries(entries: Sequence[Entry]) -> tuple[dict[str, str], dict[str, str]]:
    """Names by login, and original names of files, from the text beside each attempt."""
    names, originals = {}, {}
    for entry in entries:
        try:
            text = entry.read()[:100_000].decode("utf-8", errors="replace").replace("\r\n", "\n")
        except UnreadableError:
            continue
        # what a student wrote comes later, and must not speak for the platform
        head, _, files = text.partition("\nFiles:")
        if found := SUMMARY_NAME.search(head.partition("\n\n")[0][:2000]):
            names[found["login"]] = found["name"]
        for original, name in pairwise(line.strip() for line in files.splitlines()):
            told = original.startswith(SUMMARY_FILE[0]) and name.startswith(SUMMARY_FILE[1])
            stored = name.removeprefix(SUMMARY_FILE[1]).strip()
            if told and stored.startswith(entry.name.removesuffix(".txt")):
                originals[stored] = original.removeprefix(SUMMARY_FILE[0]).strip()
    return names, originals


def _logins(heads: list[str], known: list[str], assignment: str) -> dict[str, str]:
    """The user name at the end of each head, after the title: both may have underscores."""
    logins, titles = {}, set()
    for head in heads:
        ends = [login for login in known if head.endswith(f"_{login}")]
        if ends:
            logins[head] = max(ends, key=len)
            titles.add(head[: -len(logins[head])])
    titles |= {title for title in map(_title_in(assignment), heads) if title}
    rest = sorted({head for head in heads if head not in logins})
    for head in rest:
        begins = [title for title in titles if head.startswith(title) and head != title]
        title = max(begins, key=len) if begins else _common_title(rest)
        logins[head] = head[len(title) :] if head.startswith(title) else head
    return logins


def _title_in(assignment: str) -> Callable[[str], str]:
    wanted = [letter for letter in assignment.casefold() if letter.isalnum()]
    between = r"[\W_]*"
    pattern = re.compile(between.join(map(re.escape, wanted)) + "_", re.I)
    return lambda head: match[0] if (match := pattern.match(head)) else ""


def _common_title(heads: list[str]) -> str:
    titles = {head.rpartition("_")[0] + "_" for head in heads}
    if len(titles) == 1:
        return titles.pop()
    # user names with underscores: what all begin with, so that no two become one
    shared = 0
    for letters in zip(*heads):
        if len(set(letters)) > 1:
            break
        shared += 1
    return heads[0][:shared].rpartition("_")[0] + "_"


READERS = {"moodle": _moodle, "blackboard": _blackboard, "canvas": _canvas, "ilias": _ilias}


def inside(handin: Handin, entry: Entry) -> Handin:
    """A file of a zip file that a student handed in."""
    path = entry.path.removeprefix(handin.entry.path).lstrip("/")
    return dataclasses.replace(handin, file=path, entry=entry)
