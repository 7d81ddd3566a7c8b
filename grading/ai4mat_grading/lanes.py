"""Where submissions are judged: on the threads of this process; see `distributed` for a cluster."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .records import Limits, Plan, Verdict

# Verdicts of the notebooks of one submission, and what the grader warns of.
Judged = tuple[list[Verdict], list[str]]


@dataclass(frozen=True)
class Settings:
    """How submissions are judged.

    Attributes
    ----------
    plans : tuple of Plan
        One for each notebook.
    preload, tested : tuple of str
        Modules that the sandbox imports before it forks, and those that judges are forked with.
    opening : tuple of str
        Cells that most submissions begin with, run once before they fork.
    limits : Limits
        What a submission may use.
    confined : bool
        Whether student code runs in a sandbox.
    points_only : bool
        Whether cells on which no point depends are skipped.
    grader : callable
        `Grader`, or what takes its place.
    """

    plans: tuple[Plan, ...]
    preload: tuple[str, ...]
    tested: tuple[str, ...]
    opening: tuple[str, ...]
    limits: Limits
    confined: bool
    points_only: bool
    grader: Callable[..., Any]

    def make_grader(self, folder: Path):
        """A grader that keeps its files in a folder; still to be entered."""
        return self.grader(
            self.limits,
            self.preload,
            self.opening,
            folder,
            tested=self.tested,
            confined=self.confined,
        )

    def judge(self, grader, raws: Sequence[bytes]) -> Judged:
        """Judge the notebooks of one submission, in the order of the plans."""
        pairs = zip(raws, self.plans, strict=True)
        verdicts = [grader.grade(raw, plan, self.points_only) for raw, plan in pairs]
        return verdicts, list(grader.warnings)


class Local:
    """Judges on threads of this process, each of which waits for processes of its own.

    Parameters
    ----------
    settings : Settings
        How to judge.
    folder : Path
        For the grader's files.
    jobs : int, optional
        How many submissions at a time; by default as many as there are cores.
    """

    def __init__(self, settings: Settings, folder: Path, jobs: int | None = None):
        self.settings, self.folder = settings, folder
        self.jobs = jobs or len(os.sched_getaffinity(0))
        self._grader = self._pool = None

    def start(self) -> None:
        """Start the grader, which takes some seconds; it probes its sandbox."""
        self.folder.mkdir(exist_ok=True)
        grader = self.settings.make_grader(self.folder)
        self._grader = grader.__enter__()
        self._pool = ThreadPoolExecutor(self.jobs, "judge")

    def submit(self, raws: Sequence[bytes]) -> Future[Judged]:
        """Judge a submission some time; the first waits for the grader's start."""
        if self._pool is None:
            self.start()
        return self._pool.submit(self.settings.judge, self._grader, raws)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._pool is None:
            return
        # The grader ends what is being judged, for which the threads wait.
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._grader.__exit__(*error)
        self._pool.shutdown()
