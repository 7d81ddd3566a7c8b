"""Grades all submissions of a problem set: what is done is kept, the rest judged and stored."""

import contextlib
import hashlib
import itertools
import json
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import asdict, dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook
from tqdm import tqdm

from . import report, selfcheck, submissions
from .course import Course, Refused
from .lanes import Judged, Local, Settings
from .plan import modules, modules_of_tests
from .records import Limits
from .store import Record, Store, write_whole
from .submissions import Submission
from .versions import installed, versions

# How often a submission is judged when the machinery breaks, before it is left ungraded.
ATTEMPTS = 3


@dataclass
class Summary:
    """What a run did.

    Attributes
    ----------
    assignment : str
        The problem set.
    graded, cached : list of str
        Students whose submission was judged now, or before.
    person : list of str
        Those of them whose grade a person must complete or look at.
    failed : dict of str to str
        Why a student's submission could not be graded.
    gone : list of str
        Students with a grade whose submission is not there any more.
    notes : dict of str to list of str
        What was odd, by student.
    warnings : list of str
        What holds for all of them.
    seconds : float
        How long it took.
    stopped : bool
        Whether someone stopped it.
    """

    assignment: str
    graded: list[str] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    person: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    notes: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    stopped: bool = False

    @property
    def code(self) -> int:
        """Exit status: 0 unless something could not be graded."""
        return 130 if self.stopped else int(bool(self.failed))

    def __str__(self):
        counts = f"{len(self.graded)} graded, {len(self.cached)} kept from before, "
        counts += f"{len(self.person)} need a person, {len(self.failed)} failed"
        lines = [f"{self.assignment}: {counts} ({self.seconds:.1f} s)"]
        lines += [f"Warning: {warning}" for warning in self.warnings]
        lines += [f"{student}: {'; '.join(self.notes[student])}" for student in sorted(self.notes)]
        if self.person:
            lines.append(f"A person must look: {_some(self.person)}")
        if self.gone:
            lines.append(f"Submission gone, grade left as it was: {_some(self.gone)}")
        lines += [f"Not graded: {name}: {why}" for name, why in sorted(self.failed.items())]
        if self.failed:
            lines.append("Repeat the command to try those again.")
        if self.stopped:
            lines.append("Stopped. Grades so far are kept; the same command goes on from here.")
        return "\n".join(lines)


@dataclass
class _Job:
    submission: Submission
    digest: str
    attempts: int = 0


def grade(
    root: Path,
    assignment: str,
    *,
    jobs: int | None = None,
    students: Sequence[str] | None = None,
    points_only: bool = False,
    force: bool = False,
    limits: Limits | None = None,
    confined: bool = True,
    scheduler: str | None = None,
    progress: bool = True,
    grader=None,
) -> Summary:
    """Grade the submissions of a problem set.

    Parameters
    ----------
    root : Path
        Course folder.
    assignment : str
        Name of the problem set.
    jobs : int, optional
        Submissions at a time, here; by default as many as there are cores.
    students : sequence of str, optional
        Whose submissions; by default all.
    points_only : bool
        Skip cells on which no point depends.
    force : bool
        Judge again what has not changed.
    limits : Limits, optional
        What one submission may use.
    confined : bool
        Run student code in a sandbox.
    scheduler : str, optional
        Address of a Dask cluster that judges.
    progress : bool
        Show a bar on stderr.
    grader : callable, optional
        Takes the place of `grader.Grader`.

    Returns
    -------
    Summary

    Raises
    ------
    Refused
        If nothing can be graded; the message says why and what to do.
    """
    if grader is None:
        from .grader import Grader as grader
    course = Course(root)
    with course.locked(), course.gradebook() as gradebook:
        plans = course.plans(gradebook, assignment)
        answers = selfcheck.references(course, plans)
        preload = installed(modules(nbformat.reads(raw, as_version=4) for raw in answers))
        settings = Settings(
            plans=tuple(plans),
            preload=tuple(preload),
            tested=tuple(installed(modules_of_tests(plans))),
            # The cells of several notebooks would not begin with the same.
            opening=plans[0].opening if len(plans) == 1 else (),
            limits=limits or Limits(),
            confined=confined,
            points_only=points_only,
            grader=grader,
        )
        run = _Run(course, gradebook, settings, force)
        wanted = run.choose(students)
        with _lanes(settings, course, jobs, scheduler) as lanes:
            return run.run(wanted, lanes, progress)


def _lanes(settings: Settings, course: Course, jobs: int | None, scheduler: str | None):
    if scheduler is None:
        return Local(settings, course.scratch / "grader", jobs)
    from .distributed import Cluster

    return Cluster(settings, scheduler, name=f"ising-grade {course.root}")


@dataclass
class _Check:
    """A self-check that is under way; no grade is kept before it has ended well."""

    futures: list[Future[Judged]]
    passed: Path
    digest: str


class _Run:
    """One run; what has to be at hand in it."""

    def __init__(self, course: Course, gradebook: Gradebook, settings: Settings, force: bool):
        self.course, self.settings, self.force = course, settings, force
        self.plans = list(settings.plans)
        self.assignment = self.plans[0].assignment
        self.store = Store(course, gradebook, self.plans)
        self.versions = versions(settings.preload)
        self.summary = Summary(self.assignment)
        self.again: list[_Job] = []
        self.check: _Check | None = None
        self.judging = self._judging()

    def choose(self, students: Sequence[str] | None) -> list[str]:
        """Whose submissions are graded."""
        found = self.course.students(self.assignment)
        place = self.course.directory.submitted_directory
        missing = sorted(set(students or ()).difference(found))
        if missing:
            raise Refused(f"No submission of {self.assignment} in {place}/: {', '.join(missing)}")
        graded = self.store.graded_students()
        if not found and not graded:
            raise Refused(f"There are no submissions of {self.assignment} in {place}/")
        if students is None:
            self.summary.gone = sorted(graded.difference(found))
        return sorted(set(students)) if students is not None else found

    def run(self, wanted: list[str], lanes, progress: bool) -> Summary:
        """Grade, and say what became of it."""
        began = time.monotonic()
        bar = tqdm(total=len(wanted), unit="submission", disable=not progress, smoothing=0)
        with bar, contextlib.suppress(KeyboardInterrupt):
            self.summary.stopped = True
            jobs = self._jobs(wanted, bar)
            first = next(jobs, None)
            if first:
                self._begin_check(lanes)
                self._judge_all(itertools.chain([first], jobs), lanes, bar)
            self.summary.stopped = False
        self._complete(wanted)
        self.summary.seconds = time.monotonic() - began
        return self.summary

    # --- what is to be done -------------------------------------------------------------------

    def _judging(self) -> str:
        """Hash of all that grades depend on beside the submission."""
        settings, source = self.settings, self.course.folder("source", ".", self.assignment)
        files = [(str(p), (source / p).read_bytes()) for p in self.store.source_files()]
        late = repr(self.course.app.config.get("AssignLatePenalties"))
        whole = [
            *(plan.digest for plan in self.plans),
            asdict(settings.limits),
            [settings.confined, settings.points_only, late, self.versions],
            [(name, hashlib.sha256(raw).hexdigest()) for name, raw in files],
        ]
        return _hash(whole)

    def _jobs(self, wanted: list[str], bar: tqdm) -> Iterator[_Job]:
        """Submissions that must be judged, one after the other; those kept are only counted."""
        for student in wanted:
            try:
                found = submissions.read(self.course, self.assignment, student, self.plans)
                digest = _hash([found.digest, self.judging])
                record = None if self.force else self.store.kept(student, digest)
            except Refused:
                raise
            except Exception as error:  # whatever a folder holds, the others are graded
                self._fail(student, error)
                continue
            if record is None:
                yield _Job(found, digest)
                continue
            bar.total -= 1
            self.summary.cached.append(student)
            self._take_notes(student, record)

    # --- judging ------------------------------------------------------------------------------

    def _judge_all(self, jobs: Iterator[_Job], lanes, bar: tqdm) -> None:
        """Keep a bounded number of submissions in flight, and store what comes back."""
        waiting: dict[Future[Judged], _Job] = {}
        while True:
            while len(waiting) < 2 * lanes.jobs:
                job = self.again.pop() if self.again else next(jobs, None)
                if job is None:
                    break
                waiting[lanes.submit(list(job.submission.notebooks.values()))] = job
            if not waiting:
                return
            done = wait(waiting, return_when=FIRST_COMPLETED).done
            self._end_check()
            for future in done:
                bar.update(self._finish(waiting.pop(future), future))

    def _finish(self, job: _Job, future: Future[Judged]) -> bool:
        """Store what became of a submission; whether it is done with."""
        job.attempts += 1
        try:
            verdicts, warnings = future.result()
        except Exception as error:  # the machinery broke, or a worker of the cluster died
            if job.attempts < ATTEMPTS:
                self.again.append(job)
                return False
            self._fail(job.submission.student, error)
            return True
        try:
            self._keep(job, verdicts, warnings)
        except Refused:
            raise
        except Exception as error:
            self._fail(job.submission.student, error)
        return True

    def _keep(self, job: _Job, verdicts: list, warnings: list[str]) -> None:
        student = job.submission.student
        record = self.store.put(job.submission, verdicts, job.digest)
        parts = {plan.notebook: report.part(plan, v) for plan, v in zip(self.plans, verdicts)}
        report.write(
            self.course,
            report.Report(
                student, self.assignment, record.notes, record.attention, warnings, parts,
                self.versions,
            ),
        )  # fmt: skip
        self.summary.graded.append(student)
        self._take_notes(student, record)
        self.summary.warnings = sorted({*self.summary.warnings, *warnings})

    def _begin_check(self, lanes) -> None:
        """Judge the reference and the release first, unless they have passed before."""
        raws = selfcheck.references(self.course, self.plans)
        digest = _hash([self.judging, [hashlib.sha256(raw).hexdigest() for raw in raws]])
        passed = self.course.kept / "checked" / f"{self.assignment}.json"
        if passed.is_file() and passed.read_text() == digest:
            return
        futures = [lanes.submit(raws), lanes.submit([submissions.EMPTY] * len(raws))]
        self.check = _Check(futures, passed, digest)

    def _end_check(self) -> None:
        """Refuse a problem set whose reference loses points, or whose release has some."""
        if self.check is None:
            return
        try:
            (references, _), (releases, _) = (future.result() for future in self.check.futures)
        except Refused:
            raise
        except Exception as error:
            raise Refused(f"The self-check could not be made: {_said(error)}") from error
        for triple in zip(self.plans, references, releases, strict=True):
            if complaint := selfcheck.complaint(*triple):
                raise Refused(complaint)
        self.check.passed.parent.mkdir(exist_ok=True)
        write_whole(self.check.passed, self.check.digest, self.course)
        self.check = None

    # --- what is said -------------------------------------------------------------------------

    def _take_notes(self, student: str, record: Record) -> None:
        if record.notes:
            self.summary.notes[student] = record.notes

    def _fail(self, student: str, error: Exception) -> None:
        self.summary.failed[student] = _said(error)
        said = "".join(traceback.format_exception(error))
        failed = report.Report(student, self.assignment, [f"Not graded: {said}"], True)
        with contextlib.suppress(OSError):
            report.write(self.course, failed)

    def _complete(self, wanted: list[str]) -> None:
        """Fill in the summary what the gradebook knows, and write its table."""
        summary = self.summary
        person = {row.student for row in self.store.totals() if row.needs_person}
        summary.person = sorted(person.intersection(wanted))
        summary.graded.sort()
        report.write_table(self.course, self.store)


def _some(names: list[str], most: int = 20) -> str:
    """Names, but not thousands; the table in the folder of reports has all."""
    more = [f"and {len(names) - most} more: see summary.csv"] if len(names) > most else []
    return ", ".join([*names[:most], *more])


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _hash(whole) -> str:
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()
