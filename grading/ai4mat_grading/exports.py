"""From nbgrader's gradebook to a learning platform's own file, or to plain CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry

from . import cells
from .collect import printable
from .course import Course
from .gradefiles import Filled, decimal, fill
from .roster import Person, Roster

CSV_HEADER = ["student_id", "name", "assignment", "score", "max_score"]
CSV_HEADER += ["needs_person", "late_penalty", "notes"]


@dataclass
class Score:
    """What a student has got for a problem set.

    Attributes
    ----------
    points : float
        After the penalty for being late, never below 0.
    max_points : float
        What the problem set gives.
    needs_person : bool
        Whether a person must still grade some of it.
    penalty : float
        Points that were taken off for being late.
    name : str
        The student's, where nbgrader knows it.
    """

    points: float
    max_points: float
    needs_person: bool = False
    penalty: float = 0.0
    name: str = ""


def export(
    course: Path,
    assignment: str,
    file: Path,
    platform: str,
    *,
    output: Path | None = None,
    column: str | None = None,
    include_unfinished: bool = False,
) -> str:
    """Export the grades of a problem set, and say what was done.

    Parameters
    ----------
    course : Path
        Folder of the course, with its gradebook and ``roster.csv``.
    assignment : str
        Name of the problem set.
    file : Path
        The platform's own file, which stays as it is; for "csv" the file to write.
    platform : {"canvas", "moodle", "blackboard", "ilias", "csv"}
        Whose file it is.
    output : Path, optional
        What to write. Default: beside the file, with "-filled" in its name.
    column : str, optional
        The column's name, where it is not found by the problem set's.
    include_unfinished : bool
        Whether students get their grade although a person must still grade some of it.

    Returns
    -------
    str
        A summary that ends with a count.

    Raises
    ------
    ValueError
        As `fill`; if the gradebook does not know the problem set; if file and output are one.
    Refused
        If there is no gradebook yet.
    """
    course, file = Path(course), Path(file)
    with Course(course).gradebook() as gradebook:
        scores = scores_of(gradebook, assignment)
    people = Roster(course).people
    if platform == "csv":
        write_csv(file, rows_of(scores, assignment, people))
        return f"{len(scores)} grades in {file}"
    waiting = [s for s, score in scores.items() if score.needs_person and not include_unfinished]
    grades = {s: score.points for s, score in scores.items() if s not in waiting}
    output = Path(output) if output else file.with_name(f"{file.stem}-filled{file.suffix}")
    if output.resolve() == file.resolve():
        raise ValueError(f"output must be another file than {file}")
    result = fill(file.read_bytes(), platform, assignment, grades, people, column)
    cells.replace_file(output, result.data)
    return _summary(result, scores, waiting, output)


def _summary(result: Filled, scores, waiting: list[str], output: Path) -> str:
    lines = [f'grades in the column "{result.column}" of {output}']
    most = max((score.max_points for score in scores.values()), default=None)
    if result.maximum is not None and most is not None and result.maximum != most:
        lines.append(f"the file's maximum is {result.maximum:g}, the set has {most:g}: not scaled")
    for title, items in (
        ("waiting for a person, left as they were", waiting),
        ("not filled in", result.left_over),
        ("guarded against being formulas", result.guarded),
    ):
        lines += [f"{title}:", *(f"  {item}" for item in items)] if items else []
    count = f"{len(result.filled)} grades filled in; {len(waiting)} waiting for a person, "
    count += f"{len(result.left_over)} not filled in, {result.empty_rows} rows without a grade"
    return "\n".join(map(printable, [*lines, count]))


def scores_of(gradebook: Gradebook, assignment: str) -> dict[str, Score]:
    """Scores of all submissions of a problem set, by student id.

    Parameters
    ----------
    gradebook : Gradebook
        Open.
    assignment : str
        Name of the problem set.

    Raises
    ------
    ValueError
        If the gradebook does not know it.
    """
    try:
        submissions = gradebook.find_assignment(assignment).submissions
    except MissingEntry as error:
        message = f"assignment must be one that the gradebook knows, got {assignment!r}"
        raise ValueError(message) from error
    return dict(sorted((each.student.id, _score(each)) for each in submissions))


def _score(submission) -> Score:
    # nbgrader's score is the raw one; its own export takes the penalty off in the same way
    penalty = submission.late_submission_penalty or 0.0
    names = (submission.student.first_name, submission.student.last_name)
    return Score(
        points=max(0.0, submission.score - penalty),
        max_points=submission.max_score,
        needs_person=bool(submission.needs_manual_grade),
        penalty=penalty,
        name=" ".join(name for name in names if name),
    )


def rows_of(
    scores: Mapping[str, Score], assignment: str, people: Iterable[Person] = ()
) -> list[dict[str, str]]:
    """Rows for `write_csv`, sorted by student id."""
    names = {person.student_id: person.name for person in people}
    return [
        {
            "student_id": student,
            "name": score.name or names.get(student, ""),
            "assignment": assignment,
            "score": decimal(score.points),
            "max_score": decimal(score.max_points),
            "needs_person": "yes" if score.needs_person else "no",
            "late_penalty": decimal(score.penalty),
        }
        for student, score in sorted(scores.items())
    ]


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> None:
    """Write grades as plain CSV in UTF-8; no cell of it is a formula.

    Parameters
    ----------
    path : Path
        File to write.
    rows : sequence of mapping
        With values for the columns student_id, name, assignment, score, max_score, needs_person,
        late_penalty and notes; what is missing stays empty.
    """
    table = [[str(row.get(column, "")) for column in CSV_HEADER] for row in rows]
    cells.write_table(Path(path), CSV_HEADER, table)
