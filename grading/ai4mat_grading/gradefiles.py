"""The files of learning platforms that take grades: which column, which row, and what to write."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from . import cells
from .platforms import TITLES
from .roster import Person

# How far above a maximum rounding may lead.
ROUNDING = 1e-9


@dataclass(frozen=True)
class _Layout:
    """What a platform calls the columns of its file; letter case and punctuation don't count.

    ids are columns of `Person.platform_id`, logins of what may be the student id itself, grades
    of the grade where no column is named after the problem set. title says where a column's name
    holds the assignment's.
    """

    ids: tuple[str, ...]
    logins: tuple[str, ...]
    grades: tuple[str, ...] = ()
    maxima: tuple[str, ...] = ()
    locks: tuple[str, ...] = ()
    updates: tuple[str, ...] = ()
    title: re.Pattern = re.compile(r"(?P<title>.*)", re.S)


LAYOUTS = {
    "canvas": _Layout(
        ids=("ID",),
        logins=("SIS Login ID", "SIS User ID", "Integration ID"),
        title=re.compile(r"(?P<title>.*?)\s*\(\d+\)", re.S),
    ),
    "moodle": _Layout(
        ids=("Identifier", "ID", "Identifiant", "Identificador", "Identificatore"),
        logins=(
            *("Username", "Anmeldename", "ID number", "ID-Nummer"),
            *("Email address", "E-Mail-Adresse", "E-Mail"),
        ),
        grades=("Grade", "Bewertung", "Note", "Calificación", "Valutazione"),
        maxima=("Maximum grade", "Bestwertung", "Note maximale", "Calificación máxima"),
        locks=("Grade can be changed", "Bewertung kann geändert werden"),
        title=re.compile(r"(?:[^:]*: *)?(?P<title>.*?)\s*(?:\([^()]*\))?", re.S),
    ),
    "blackboard": _Layout(
        ids=("Username", "Benutzername"),
        logins=("Student ID",),
        title=re.compile(
            r"(?P<title>.*?)\s*\[[^\]]*?:\s*(?:up to )?(?P<max>[\d.,]+)[^\]]*\]\s*\|\s*\d+", re.S
        ),
    ),
    "ilias": _Layout(
        ids=("usr_id", "user_id", "Benutzer-ID"),
        logins=("login", "Anmeldename", "Benutzername", "Username"),
        grades=("mark", "Note", "Bewertung", "Punkte", "Points"),
        updates=("update",),
    ),
}
# What Canvas writes for a student who is excused from an assignment, or doesn't have it.
NO_GRADE = {"EX", "N/A"}
POINTS_POSSIBLE = "Points Possible"
NO = {"no", "nein", "non"}
# How ILIAS spells them in names of folders.
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass
class Filled:
    """A platform's file with grades.

    Attributes
    ----------
    data : bytes
        The file: as it was, but for the grades and what is listed below.
    column : str
        Name of the column that holds the grades.
    filled : list of str
        Student ids whose grades were put in.
    left_over : list of str
        Students whose grades were not, each with the reason.
    empty_rows : int
        Rows of students for whom there is no grade; they stayed as they were.
    guarded : list of str
        Cells that would have been formulas, and got an apostrophe.
    maximum : float or None
        The largest possible grade that the file names.
    """

    data: bytes = b""
    column: str = ""
    filled: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    empty_rows: int = 0
    guarded: list[str] = field(default_factory=list)
    maximum: float | None = None


def fill(
    data: bytes,
    platform: str,
    assignment: str,
    grades: Mapping[str, float],
    people: Iterable[Person] = (),
    column: str | None = None,
) -> Filled:
    """Fill grades into a platform's own file.

    All else stays as it was, byte for byte: dialect, encoding, columns, rows. Two exceptions:
    cells below the header that a spreadsheet would take for formulas get an apostrophe (students
    choose their names; platforms find a row by its id); and ILIAS's column "update" becomes 1
    where a grade was filled in, without which ILIAS reads none. Grades have at most two decimals,
    and a decimal comma where the file has one.

    Parameters
    ----------
    data : bytes
        The file: Canvas's gradebook, Moodle's grading worksheet, Blackboard's grade center, or
        ILIAS's status file as CSV.
    platform : {"canvas", "moodle", "blackboard", "ilias"}
        Whose file it is.
    assignment : str
        Name of the problem set; its column is found by it, and by the platform's usual names.
    grades : mapping of str to float
        Points by student id.
    people : iterable of Person
        Who is who. A student who is not among them is looked for by the student id itself.
    column : str, optional
        The column's name, where it is not found.

    Raises
    ------
    ValueError
        If the columns are not found, two would do, two students share a row, or a grade is no
        number or above the maximum that the file names. Nothing is filled in then.
    """
    if platform not in LAYOUTS:
        raise ValueError(f"platform must be one of {sorted(LAYOUTS)}, got {platform!r}")
    layout, sheet = LAYOUTS[platform], cells.load(data)
    grade = _grade_column(sheet, layout, assignment, column)
    finder = _Finder(sheet, layout, platform, people)
    maxima = _Maxima(sheet, layout, platform, grade)
    comma = _has_decimal_comma(sheet, grade)
    locks, updates = (_columns(sheet, names) for names in (layout.locks, layout.updates))
    result, owners = Filled(column=sheet.header[grade], maximum=maxima.usual), {}
    for student, points in grades.items():
        row, reason = finder.row(student)
        reason = reason or _refusal(sheet, row, grade, locks, platform)
        if reason:
            result.left_over.append(f"{student}: {reason}")
            continue
        if row in owners:
            raise ValueError(f"grades must be for one row each, got {owners[row]} and {student}")
        owners[row] = student
        sheet.set(row, grade, _number(student, points, maxima.of(row), comma))
        for update in updates:
            sheet.set(row, update, "1")
        result.filled.append(student)
    result.empty_rows = len(finder.rows - set(owners))
    result.guarded = _guard(sheet)
    result.data = sheet.dump()
    return result


def _grade_column(sheet, layout: _Layout, assignment: str, column: str | None) -> int:
    if column is not None:
        named = [i for i, name in enumerate(sheet.header) if name == column.strip()]
        return _only(named, sheet, f"column {column!r}")
    titles = {i: match for i, name in enumerate(sheet.header) if (match := _title(name, layout))}
    for same in (lambda title: title == assignment, lambda title: _same(title, assignment)):
        found = [i for i, title in titles.items() if same(title)]
        if found:
            return _only(found, sheet, f"column of {assignment!r}")
    return _only(_columns(sheet, layout.grades), sheet, f"column of {assignment!r}")


def _title(name: str, layout: _Layout) -> str:
    match = layout.title.fullmatch(name)
    return match["title"].strip() if match else ""


def _only(found: list[int], sheet, what: str) -> int:
    if len(found) == 1:
        return found[0]
    how = "two or more" if found else "none"
    raise ValueError(f"file must have one {what}, got {how} among {sheet.header}")


def _columns(sheet, names: Sequence[str]) -> list[int]:
    """Columns with one of these names, in the order of the names."""
    return [i for name in names for i, title in enumerate(sheet.header) if _same(title, name)]


def _same(one: str, other: str) -> bool:
    return _letters(one) == _letters(other)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


class _Finder:
    """Finds a student's row.

    Parameters
    ----------
    sheet : cells.Sheet
    layout : _Layout
    platform : str
    people : iterable of Person
    """

    def __init__(self, sheet, layout: _Layout, platform: str, people: Iterable[Person]):
        self.sheet, self.platform = sheet, platform
        self.people = {person.student_id: person for person in people}
        ids, logins = _columns(sheet, layout.ids)[:1], _columns(sheet, layout.logins)
        if not ids and not logins:
            wanted = [*layout.ids, *layout.logins]
            raise ValueError(f"file must have one of the columns {wanted}, got {sheet.header}")
        students = [row for row in range(1, len(sheet.rows)) if _is_student(sheet, row, platform)]
        self.ids = [self._index(sheet, students, i, platform == "moodle") for i in ids]
        self.logins = [self._index(sheet, students, i, False) for i in logins]
        self.rows = {row for row in students if any(sheet.get(row, i) for i in [*ids, *logins])}

    @staticmethod
    def _index(sheet, rows: list[int], column: int, number: bool) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for row in rows:
            key = sheet.get(row, column).strip().casefold()
            # Moodle writes "Participant 4711", in the language of who downloads
            key = re.sub(r"^.*?(\d+)$", r"\1", key) if number else key
            if key:
                index.setdefault(key, []).append(row)
        return index

    def row(self, student: str) -> tuple[int, str]:
        """A student's row, and why there is none."""
        person = self.people.get(student)
        if person and person.platform != self.platform:
            # a number there is another student's number here
            return 0, f"was collected from {TITLES.get(person.platform, person.platform)}"
        if person and (self.ids or self.platform != "ilias"):
            found = [index.get(person.platform_id.casefold(), []) for index in self.ids]
        elif person:
            found = [self._by_login(person)]
        else:
            found = [index.get(student.casefold(), []) for index in [*self.logins, *self.ids]]
        rows = next((rows for rows in found if rows), [])
        if len(rows) > 1:
            return 0, f"{len(rows)} rows in the file"
        return (rows[0], "") if rows else (0, "no row in the file")

    def _by_login(self, person: Person) -> list[int]:
        """Rows of a student of ILIAS, in a file without ILIAS's user ids.

        What ILIAS writes is LASTNAME_FIRSTNAME_LOGIN, each of which may have underscores: then
        the rest of the row must hold the names.
        """
        parts = person.name.casefold().split("_")
        found = set()
        for i in range(2, len(parts)):
            for row in self.logins[0].get("_".join(parts[i:]), []):
                if len(parts) == 3 or all(self._holds(row, part) for part in parts[:i]):
                    found.add(row)
        return sorted(found)

    def _holds(self, row: int, part: str) -> bool:
        text = " ".join(map(cells.value, self.sheet.rows[row])).casefold()
        spelled = text.translate(UMLAUTS)
        plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
        return any(re.search(rf"\b{re.escape(part)}\b", each) for each in (text, spelled, plain))


def _is_student(sheet, row: int, platform: str) -> bool:
    return platform != "canvas" or not sheet.get(row, 0).strip().startswith(POINTS_POSSIBLE)


class _Maxima:
    """The largest possible grade, where the file names it."""

    def __init__(self, sheet, layout: _Layout, platform: str, grade: int):
        self.sheet, self.columns = sheet, _columns(sheet, layout.maxima)[:1]
        match = layout.title.fullmatch(sheet.header[grade])
        text = match.groupdict().get("max", "") if match else ""
        if platform == "canvas":
            rows = [r for r in range(1, len(sheet.rows)) if not _is_student(sheet, r, platform)]
            text = next((sheet.get(row, grade) for row in rows), "")
        self.all = _parsed(text or "")
        named = (self.of(row) for row in range(1, len(sheet.rows)))
        self.usual = next((each for each in named if each is not None), None)

    def of(self, row: int) -> float | None:
        """The maximum of one row."""
        if self.columns:
            return _parsed(self.sheet.get(row, self.columns[0]))
        return self.all


def _parsed(text: str) -> float | None:
    text = text.strip().replace(",", ".")
    return float(text) if re.fullmatch(r"\d+(?:\.\d*)?", text) else None


def _has_decimal_comma(sheet, grade: int) -> bool:
    """Whether the file writes 17,5: as the column of the grade says, or else any other."""
    for columns in ([grade], range(len(sheet.header))):
        texts = [sheet.get(row, i).strip() for row in range(1, len(sheet.rows)) for i in columns]
        if any(re.fullmatch(r"-?\d+[.,]\d{1,5}", text) for text in texts):
            return any(re.fullmatch(r"-?\d+,\d{1,5}", text) for text in texts)
    return False


def _refusal(sheet, row: int, grade: int, locks: list[int], platform: str) -> str:
    there = sheet.get(row, grade).strip()
    if platform == "canvas" and there.upper() in NO_GRADE:
        return f"the file says {there}"
    if any(sheet.get(row, lock).strip().casefold() in NO for lock in locks):
        return "the file says that the grade cannot be changed"
    return ""


def _number(student: str, points: float, maximum: float | None, comma: bool) -> str:
    if not math.isfinite(points):
        raise ValueError(f"grades must be finite, got {points} for {student}")
    if maximum is not None and points > maximum + ROUNDING:
        message = f"grades must be at most the file's maximum {maximum:g}, "
        raise ValueError(message + f"got {decimal(points)} for {student}")
    text = decimal(points)
    return text.replace(".", ",") if comma else text


def decimal(points: float) -> str:
    """A number as it is written: at most two decimals, and none that are zero."""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _guard(sheet) -> list[str]:
    """Put an apostrophe into what a spreadsheet would take for a formula; say where."""
    guarded = []
    for row in range(1, len(sheet.rows)):
        for i in range(len(sheet.rows[row])):
            text = sheet.get(row, i)
            if (guard := cells.safe(text, sheet.separator)) != text:
                sheet.set(row, i, guard)
                name = sheet.header[i] if i < len(sheet.header) else f"column {i + 1}"
                guarded.append(f"row {row + 1}, {name}: {text[:40]}")
    return guarded
