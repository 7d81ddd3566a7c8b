"""A report and a log of each submission, for the person who grades; times stand here only."""

import csv
import io
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .course import Course
from .records import Plan, Verdict
from .store import Store, write_whole

# What a spreadsheet would compute.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass
class Report:
    """What became of one submission.

    Attributes
    ----------
    student, assignment : str
        Names.
    notes : list of str
        What the person who grades should know.
    attention : bool
        Whether a person must look.
    warnings : list of str
        Of the grader, such as that there was no sandbox.
    notebooks : dict
        For each notebook its scores, points, messages, and seconds by cell and of all processors.
    versions : dict of str to str
        Of what the grade depends on.
    """

    student: str
    assignment: str
    notes: list[str]
    attention: bool
    warnings: list[str] = field(default_factory=list)
    notebooks: dict[str, dict] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """The report for reading."""
        lines = [f"{self.assignment}, {self.student}"]
        lines += [f"Warning: {warning}" for warning in self.warnings]
        lines += ["A person must look."] if self.attention else []
        lines += [f"Note: {note}" for note in self.notes]
        for name, part in self.notebooks.items():
            lines += ["", f"{name}.ipynb: {part['cpu']:.1f} CPU seconds"]
            for cell, points in part["points"].items():
                score = part["scores"].get(cell)
                got = "by hand" if score is None else f"{score:g}"
                seconds = part["seconds"].get(cell, 0)
                lines.append(f"  {cell}: {got} of {points:g} points, {seconds:.1f} s")
                lines += [f"    {line}" for line in part["messages"].get(cell, "").splitlines()]
        lines += ["", *(f"{name} {version}" for name, version in self.versions.items())]
        return "\n".join(lines) + "\n"


def part(plan: Plan, verdict: Verdict) -> dict:
    """What a report says of one notebook."""
    points = {cell.name: cell.points for cell in plan.cells if cell.points is not None}
    names = ("scores", "comments", "messages", "seconds", "cpu")
    return {"points": points, **{name: getattr(verdict, name) for name in names}}


def write(course: Course, report: Report) -> None:
    """Write both forms of a report into ``reports/<assignment>/``."""
    folder = course.reports(report.assignment)
    folder.mkdir(parents=True, exist_ok=True)
    whole = json.dumps(asdict(report), indent=1)
    write_whole(folder / f"{report.student}.json", whole, course)
    write_whole(folder / f"{report.student}.txt", report.text(), course)


def read(course: Course, assignment: str, student: str) -> Report | None:
    """A report that was written before, or None."""
    path = course.reports(assignment) / f"{student}.json"
    try:
        return Report(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def write_table(course: Course, store: Store) -> Path:
    """Write ``reports/<assignment>/summary.csv``, a line for each student with a grade."""
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["student", "score", "max_score", "late_penalty", "needs_person", "notes"])
    for row in store.totals():
        said = "; ".join(store.notes(row.student))
        points = [f"{value:g}" for value in (row.score, row.max_score, row.penalty)]
        person = "yes" if row.needs_person else ""
        table.writerow([_plain(row.student), *points, person, _plain(said)])
    path = course.reports(store.assignment) / "summary.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, file.getvalue(), course)
    return path


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text
