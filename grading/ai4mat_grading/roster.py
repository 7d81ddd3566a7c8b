"""Who is who: the course's file ``roster.csv``, which collecting writes and exporting reads."""

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from . import cells

NAME = "roster.csv"
HEADER = ["student_id", "name", "platform", "platform_id"]
# Longer than any login; nbgrader's gradebook holds 128 characters.
LONGEST = 64
# Names that Windows keeps for devices.
DEVICES = re.compile(r"(?i)(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?")


@dataclass(frozen=True)
class Person:
    """A student, as nbgrader and a platform know them.

    Attributes
    ----------
    student_id : str
        nbgrader's, the name of the student's folder.
    name : str
        As the platform's archive writes it: ILIAS writes LASTNAME_FIRSTNAME_LOGIN.
    platform, platform_id : str
        The platform, and what it calls the student there: Canvas's user id, Blackboard's user
        name, ILIAS's user id, Moodle's number of the participant. Moodle gives another number
        for each assignment, so that a student is another one in each problem set there.
    """

    student_id: str
    name: str
    platform: str
    platform_id: str


class Roster:
    """The students of a course that were collected so far.

    Parameters
    ----------
    course : Path
        Folder of the course.
    """

    def __init__(self, course: Path):
        self.path = Path(course) / NAME
        people = _read(self.path) if self.path.exists() else []
        self._people = {(p.platform, p.platform_id): p for p in people}
        # without regard to case: some disks have none
        self._taken = {person.student_id.casefold() for person in people}

    @property
    def people(self) -> list[Person]:
        """All of them."""
        return list(self._people.values())

    def student_id(self, platform: str, platform_id: str, name: str, wanted: str) -> str:
        """Return the id that a student has or gets; no two students share one.

        Parameters
        ----------
        platform, platform_id, name : str
            As in `Person`.
        wanted : str
            What the id shall be, as far as it can name a folder and is not taken.
        """
        known = self._people.get((platform, platform_id))
        student = known.student_id if known else self._free(folder_name(wanted))
        self._taken.add(student.casefold())
        name = name or (known.name if known else "")
        self._people[platform, platform_id] = Person(student, name, platform, platform_id)
        return student

    def _free(self, base: str) -> str:
        free, number = base, 2
        while free.casefold() in self._taken:
            free, number = f"{base}-{number}", number + 1
        return free

    def write(self) -> None:
        """Write the file; no cell of it is a formula, whatever students are called."""
        rows = [[p.student_id, p.name, p.platform, p.platform_id] for p in self.people]
        cells.write_table(self.path, HEADER, rows)


def _read(path: Path) -> list[Person]:
    sheet = cells.load(path.read_bytes())
    if sheet.header != HEADER:
        raise ValueError(f"{path} must have the columns {HEADER}, got {sheet.header}")
    columns = range(len(HEADER))
    rows = [[cells.unguarded(sheet.get(row, c)) for c in columns] for row in range(len(sheet.rows))]
    return [Person(*row) for row in rows[1:] if row[0]]


def folder_name(text: str) -> str:
    """Return a name that is safe as a folder, in an address and as an argument.

    Letters and digits of ASCII, dot, underscore, hyphen and @ stay, umlauts lose their dots, and
    all else becomes an underscore: nbgrader takes ids for patterns of file names.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._@-]+", "_", plain)[:LONGEST]
    name = re.sub(r"^[.-]+|\.+$", "_", name) or "_"
    return f"_{name}" if DEVICES.fullmatch(name) else name
