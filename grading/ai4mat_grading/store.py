"""Where grades go: nbgrader's gradebook and the autograded folder, both or, in effect, neither.

A submission is stored in this order: its record is removed, its files are staged, the gradebook
commits once, the files take their place, the record is written. What has no record, or a record
that the gradebook or the files contradict, is graded again; so it does not matter where a run was
killed, or what a person removed.
"""

import contextlib
import datetime
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from nbgrader.api import (
    Assignment,
    Comment,
    Grade,
    Gradebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import find_all_files
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from .course import Course, Refused
from .records import Plan, Verdict, bounded
from .submissions import Submission, content


@dataclass
class Record:
    """That a submission has been graded, and what a person should know of it.

    Attributes
    ----------
    digest : str
        Hash of all that the grade depends on.
    gradebook, files : str
        Hashes of what was written.
    due : str
        Date and extension that late penalties were computed with.
    notes : list of str
        Of the submission and of its judging.
    attention : bool
        Whether a person had to look when it was graded.
    """

    digest: str
    gradebook: str
    files: str
    due: str
    notes: list[str] = field(default_factory=list)
    attention: bool = False


@dataclass
class Total:
    """Points of one student, before the penalty; `max_score` is what the set can give."""

    student: str
    max_score: float
    score: float = 0.0
    penalty: float = 0.0
    needs_person: bool = False


class Store:
    """Grades of one assignment.

    Parameters
    ----------
    course : Course
        Its lock must be held.
    gradebook : Gradebook
        Open.
    plans : list of Plan
        The notebooks of the assignment.
    """

    def __init__(self, course: Course, gradebook: Gradebook, plans: list[Plan]):
        self.course, self.gradebook, self.plans = course, gradebook, plans
        self.assignment = plans[0].assignment
        self.records = course.kept / "done" / self.assignment
        # Plugins may live in the course folder.
        sys.path.append(str(course.root))
        self._nbgrader = Autograde(coursedir=course.directory, parent=course.app)
        self._late = AssignLatePenalties(parent=course.app)
        self._late.init_plugin()

    def kept(self, student: str, digest: str) -> Record | None:
        """The record of a submission whose grade and files are there as they were written.

        Parameters
        ----------
        student : str
            Name.
        digest : str
            Hash of all that its grade depends on now.
        """
        try:
            record = Record(**json.loads(self._record(student).read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        written = (digest, self._gradebook_hash(student), self._files_hash(self._final(student)))
        if written != (record.digest, record.gradebook, record.files):
            return None
        if record.due != (due := self._due(student)):
            with transaction(self.gradebook):
                self._penalize(self.gradebook.find_submission(self.assignment, student))
            record.due = due
            self._write_record(student, record)
        return record

    def put(self, submission: Submission, verdicts: list[Verdict], digest: str) -> Record:
        """Store the grade of a submission.

        Parameters
        ----------
        submission : Submission
            What was graded.
        verdicts : list of Verdict
            One for each plan.
        digest : str
            Hash of all that the grade depends on.

        Raises
        ------
        nbgrader.api.MissingEntry
            If the student is not in the gradebook, and ``c.Autograde.create_student`` is off.
        Refused
            If another program keeps the gradebook locked.
        """
        student = submission.student
        self._record(student).unlink(missing_ok=True)
        attention = submission.attention or any(v.attention for v in verdicts)
        staged = self._stage(submission, verdicts)
        with transaction(self.gradebook):
            self._write_grades(submission, verdicts, attention)
        self._publish(staged, student)
        record = Record(
            digest=digest,
            gradebook=self._gradebook_hash(student),
            files=self._files_hash(self._final(student)),
            due=self._due(student),
            notes=bounded([*submission.notes, *(note for v in verdicts for note in v.notes)]),
            attention=attention,
        )
        self._write_record(student, record)
        return record

    def notes(self, student: str) -> list[str]:
        """Notes of the last time that a submission was graded."""
        try:
            return Record(**json.loads(self._record(student).read_bytes())).notes
        except (OSError, ValueError, TypeError):
            return []

    def graded_students(self) -> set[str]:
        """Names of all whose submission is in the gradebook."""
        query = select(SubmittedAssignment.student_id).join(Assignment)
        with self.gradebook.engine.connect() as connection:
            return set(connection.scalars(query.where(Assignment.name == self.assignment)))

    def totals(self) -> list[Total]:
        """Points of all students who have a grade, in the order of their names."""
        query = (
            select(
                SubmittedAssignment.student_id.label("student"),
                func.sum(Grade.score).label("score"),
                func.max(Grade.needs_manual_grade).label("needs_person"),
                func.coalesce(SubmittedNotebook.late_submission_penalty, 0.0).label("penalty"),
            )
            .select_from(Grade)
            .join(SubmittedNotebook, Grade.notebook_id == SubmittedNotebook.id)
            .join(SubmittedAssignment)
            .join(Assignment)
            .where(Assignment.name == self.assignment)
            .group_by(SubmittedNotebook.id)
            .order_by(SubmittedAssignment.student_id)
        )
        points = (cell.points or 0 for plan in self.plans for cell in plan.cells)
        totals: dict[str, Total] = {}
        most = float(sum(points))
        with self.gradebook.engine.connect() as connection:
            for row in connection.execute(query):
                total = totals.setdefault(row.student, Total(row.student, most))
                total.score += row.score
                total.penalty += row.penalty
                total.needs_person |= bool(row.needs_person)
        return list(totals.values())

    def source_files(self) -> list[Path]:
        """Files beside the instructor's notebooks, which replace those of the students."""
        source = self.course.folder("source", ".", self.assignment)
        excluded = self._nbgrader.exclude_overwriting.get(self.assignment, [])
        ignored = [*self.course.directory.ignore, "*.ipynb"]
        names = (Path(name).relative_to(source) for name in find_all_files(str(source), ignored))
        return sorted(name for name in names if str(name) not in excluded)

    # --- the gradebook ------------------------------------------------------------------------

    def _write_grades(
        self, submission: Submission, verdicts: list[Verdict], attention: bool
    ) -> None:
        student, gradebook = submission.student, self.gradebook
        if self._nbgrader.create_student:
            gradebook.update_or_create_student(student)
        # As in nbgrader, a submission without a time leaves the one that is known.
        time = {"timestamp": submission.timestamp} if submission.timestamp else {}
        row = gradebook.update_or_create_submission(self.assignment, student, **time)
        judged = {plan.notebook: verdict for plan, verdict in zip(self.plans, verdicts)}
        for notebook in row.notebooks:
            if notebook.name in judged:
                write_notebook(notebook, judged[notebook.name], attention)
        self._penalize(row)

    def _penalize(self, row: SubmittedAssignment) -> None:
        self.gradebook.db.flush()
        # nbgrader cannot tell how late a submission is that has an extension of no due date.
        late = row.total_seconds_late if row.assignment.duedate else 0
        for notebook in row.notebooks:
            penalty = None
            if late > 0:
                self.gradebook.db.refresh(notebook, ["score"])
                penalty = self._late.plugin_inst.late_submission_penalty(
                    row.student_id, notebook.score, late
                )
            if penalty is not None:
                penalty = min(max(penalty, 0), notebook.score)
            notebook.late_submission_penalty = penalty

    def _gradebook_hash(self, student: str) -> str:
        """Hash of what the autograder wrote; what a person wrote is no part of it."""
        rows: list[tuple] = []
        with self.gradebook.engine.connect() as connection:
            for table, value in ((Grade, Grade.auto_score), (Comment, Comment.auto_comment)):
                query = (
                    select(SubmittedNotebook.notebook_id, table.cell_id, value)
                    .select_from(table)
                    .join(SubmittedNotebook, table.notebook_id == SubmittedNotebook.id)
                    .join(SubmittedAssignment)
                    .join(Assignment)
                    .where(Assignment.name == self.assignment)
                    .where(SubmittedAssignment.student_id == student)
                )
                rows += map(tuple, connection.execute(query))
        return _hash(repr(sorted(rows, key=repr)))

    def _due(self, student: str) -> str:
        query = (
            select(Assignment.duedate, SubmittedAssignment.extension)
            .join(SubmittedAssignment)
            .where(Assignment.name == self.assignment, SubmittedAssignment.student_id == student)
        )
        with self.gradebook.engine.connect() as connection:
            duedate, extension = connection.execute(query).one()
        return str(duedate and duedate + (extension or datetime.timedelta()))

    # --- files --------------------------------------------------------------------------------

    def _final(self, student: str) -> Path:
        return self.course.folder("autograded", student, self.assignment)

    def _record(self, student: str) -> Path:
        return self.records / f"{student}.json"

    def _stage(self, submission: Submission, verdicts: list[Verdict]) -> Path:
        """The autograded folder as nbgrader makes it, where nobody looks yet."""
        staged = Path(tempfile.mkdtemp(dir=self.course.scratch)) / "autograded"
        staged.mkdir()
        for plan, verdict in zip(self.plans, verdicts):
            _write(staged / f"{plan.notebook}.ipynb", verdict.notebook.encode())
        source = self.course.folder("source", ".", self.assignment)
        for path in self.source_files():
            _write(staged / path, (source / path).read_bytes())
        for path in submission.files:
            # Not where a file of the instructor stands, nor in the place of its folder.
            with contextlib.suppress(OSError):
                _write(staged / path, content(submission.folder / path))
        self._set_permissions(staged)
        return staged

    def _set_permissions(self, staged: Path) -> None:
        mode = int(str(self._nbgrader.permissions), 8)
        for folder, _, names in os.walk(staged):
            if self.course.directory.groupshared:
                os.chmod(folder, 0o2770 | os.stat(folder).st_mode & 0o777)
            for name in names:
                os.chmod(os.path.join(folder, name), mode)

    def _publish(self, staged: Path, student: str) -> None:
        final = self._final(student)
        final.parent.mkdir(parents=True, exist_ok=True)
        if os.path.lexists(final):
            shutil.move(final, staged.parent / "old")
        shutil.move(staged, final)
        shutil.rmtree(staged.parent, ignore_errors=True)

    def _files_hash(self, folder: Path) -> str:
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        names = [str(path.relative_to(folder)) for path in paths]
        return _hash(repr([(n, _hash(p.read_bytes())) for n, p in zip(names, paths)]))

    def _write_record(self, student: str, record: Record) -> None:
        self.records.mkdir(parents=True, exist_ok=True)
        write_whole(self._record(student), json.dumps(asdict(record), indent=1), self.course)


def write_notebook(notebook: SubmittedNotebook, verdict: Verdict, attention: bool) -> None:
    """Write the grades and comments of one notebook by nbgrader's rules.

    What a person gave stays, and asks for another look. A notebook that only a person can judge has
    its first grade marked, which formgrader shows until somebody has saved a score there.

    Parameters
    ----------
    notebook : SubmittedNotebook
        Row of the gradebook, in an open session.
    verdict : Verdict
        Scores and comments.
    attention : bool
        Whether a person must look.
    """
    grades = sorted(notebook.grades, key=lambda grade: grade.name)
    for grade in grades:
        grade.auto_score = verdict.scores.get(grade.name)
        grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
    if attention and grades:
        grades[0].needs_manual_grade = True
    for comment in notebook.comments:
        comment.auto_comment = verdict.comments.get(comment.name)


@contextlib.contextmanager
def transaction(gradebook: Gradebook) -> Iterator[None]:
    """Make one transaction of what is done inside; nbgrader's Gradebook commits after each step.

    Its session joins a transaction of ours, of which its own commits are no part.

    Raises
    ------
    Refused
        If another program keeps the gradebook locked.
    """
    session, engine = gradebook.db, gradebook.engine
    session.remove()
    with engine.connect() as connection, connection.begin():
        if engine.dialect.name == "sqlite":
            _begin(connection)
        # No flush by itself: SQLAlchemy would warn of rows that nbgrader has half made by then.
        session.configure(bind=connection, join_transaction_mode="rollback_only", autoflush=False)
        try:
            yield
            session.flush()
        finally:
            session.remove()
            session.configure(
                bind=engine, join_transaction_mode="conditional_savepoint", autoflush=True
            )


def _begin(connection) -> None:
    """Wait for the lock before anything is read, so that nothing later can meet it."""
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError as error:
        raise Refused(
            f"The gradebook cannot be written ({error.orig}): close formgrader and other programs "
            "that use it, then repeat the command; grades so far are kept"
        ) from None


def write_whole(path: Path, text: str, course: Course) -> None:
    """Write a file as a whole or not at all."""
    handle, name = tempfile.mkstemp(dir=course.scratch)
    with open(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    os.chmod(name, 0o644)
    os.replace(name, path)


def _write(path: Path, raw: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "xb") as file:
        file.write(raw)


def _hash(text: str | bytes) -> str:
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()
