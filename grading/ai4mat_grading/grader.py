"""One machine's grader: a sandbox, and a new judge's process for each submission.

Judges are forked from a server that has imported what tests import, and which is started anew with
an environment of its own; it never sees a student's code either.
"""

import contextlib
import ctypes
import dataclasses
import itertools
import json
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
import traceback
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

from . import probe, sandbox
from .failures import Broken
from .records import Limits, Plan, Verdict
from .versions import installed

__all__ = ["Broken", "Grader"]

# Seconds that a judge may take beyond what a submission may, to read, rebuild and write.
BEYOND = 120
# Seconds that the probe's cell may take, on a busy machine.
PROBING = 300
# Tests that may end a judge before none of them is tried any more.
MOST_GIVEN_UP = 3
# What judge and sandbox need, where it is installed; the rest comes from the problem set's imports.
# Any function may return tensors, and to import torch costs as much as to judge a submission.
PRELOAD = ("IPython.core.interactiveshell", "matplotlib.pyplot", "numpy", "torch")


class Grader:
    """Grades submissions, several at a time, on this machine.

    Judges are started from a script that is read once more: one that makes a Grader does so below
    ``if __name__ == "__main__":``.

    Parameters
    ----------
    limits : Limits
        What a submission may use.
    preload : sequence of str
        Modules that notebooks import.
    opening : sequence of str
        Cells that every submission begins with, unless it has changed them.
    folder : Path
        A folder that nobody else may enter; what it leaves there after it was killed is worthless.
    tested : sequence of str
        Modules that tests import.
    confined : bool
        Whether students' code runs in the sandbox.

    Raises
    ------
    Refused
        If the system is not Linux; on entering, if the sandbox does not keep what it promises.

    Attributes
    ----------
    warnings : list of str
        What a report must say of all grades.
    """

    def __init__(
        self,
        limits: Limits = Limits(),  # noqa: B008  # it is frozen
        preload: Sequence[str] = (),
        opening: Sequence[str] = (),
        folder: Path | None = None,
        *,
        tested: Sequence[str] = (),
        confined: bool = True,
    ):
        sandbox.demand_linux()
        self.limits, self.confined = limits, confined
        common = installed(PRELOAD)
        self.preload = list(dict.fromkeys([*common, *preload]))
        self.tested = list(dict.fromkeys([*common, *tested]))
        self.opening = list(opening)
        self.folder = Path(folder) if folder else None
        self.warnings = [] if confined else ["graded without a sandbox"]
        self._numbers, self._lock = itertools.count(), threading.Lock()

    def __enter__(self) -> "Grader":
        sandbox.sweep()
        self._stack = contextlib.ExitStack()
        with self._stack:
            if self.folder is None:
                self._made = self._stack.enter_context(tempfile.TemporaryDirectory())
                self.folder = Path(self._made)
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            self._forks = _judges(self.tested, self.opening, self.folder)
            self._start_zygote()
            self._stack.callback(lambda: self._zygote.stop())
            if self.confined:
                self._probe()
            self._stack = self._stack.pop_all()
        return self

    def _probe(self) -> None:
        """Probe the sandbox; the seconds that a student's cell may take are no measure of that."""
        given, self.limits = self.limits, dataclasses.replace(self.limits, cell=PROBING, total=600)
        try:
            probe.check(self.grade, self.limits, self.folder)
        finally:
            self.limits = given

    def __exit__(self, *error: object) -> None:
        self._stack.close()
        sandbox.sweep()

    def grade(self, raw: bytes, plan: Plan, points_only: bool = False) -> Verdict:
        """Grade one notebook of a submission; waits for it.

        Parameters
        ----------
        raw : bytes
            What was handed in.
        plan : Plan
            What it should be.
        points_only : bool
            Leave out the student's cells on which no grade depends.

        Raises
        ------
        Broken
            If the sandbox or the judge has failed, which is worth another try.
        """
        given_up: frozenset[str] = frozenset()
        while True:
            result, test = self._judged(raw, plan, points_only, given_up)
            if isinstance(result, Verdict):
                return result
            if test is None or test in given_up:
                raise Broken(f"{result}\n{self._zygote.said()}".strip())
            # A value can be such that a test with it never ends, or ends the judge: go on without.
            given_up |= {test}
            if len(given_up) == MOST_GIVEN_UP:
                given_up = frozenset(cell.name for cell in plan.cells if cell.is_test)

    def _judged(
        self, raw: bytes, plan: Plan, points_only: bool, given_up: frozenset[str]
    ) -> tuple[Verdict | str, str | None]:
        """Start a judge and wait for what it says; and the test at which it was."""
        self._ensure_zygote()
        with self._scratch() as scratch:
            receiver, sender = multiprocessing.Pipe(duplex=False)
            addresses = str(self._zygote.plain), str(self._zygote.opened)
            setting = (*addresses, self.confined, str(scratch), scratch.name)
            arguments = (sender, raw, plan, self.limits, setting, points_only, given_up)
            process = self._forks.Process(target=_judge, args=arguments)
            process.start()
            sender.close()
            try:
                return _received(receiver, self.limits)
            finally:
                process.kill()
                process.join()
                receiver.close()
                sandbox.clear(scratch.name)

    def _start_zygote(self) -> None:
        self._zygote = sandbox.Zygote(
            self.folder, self.preload, self.opening, self.limits, self.confined
        )

    def _ensure_zygote(self) -> None:
        """Start the zygote again if it has ended."""
        with self._lock:
            if self._zygote.process.poll() is not None:
                self._start_zygote()

    @contextlib.contextmanager
    def _scratch(self) -> Iterator[Path]:
        """A folder with a name that no other control group of this machine has."""
        with self._lock:
            number = next(self._numbers)
        folder = self.folder / f"{sandbox.NAME}-{os.getpid()}-{number}"
        folder.mkdir()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _received(receiver: Connection, limits: Limits) -> tuple[Verdict | str, str | None]:
    """What a judge's process has sent, or what went wrong; and the test at which it was."""
    test, seconds = None, limits.total + BEYOND
    try:
        while receiver.poll(seconds):
            kind, content = receiver.recv()
            if kind == "result":
                return content, test
            test, seconds = content, (limits.cell if content else limits.total) + BEYOND
        return "the judge took too long", test
    except EOFError:
        return "the judge's process has ended", test


# --- judges ----------------------------------------------------------------------------------


def _judges(
    tested: Sequence[str], opening: Sequence[str], folder: Path
) -> multiprocessing.context.ForkServerContext:
    """A server of processes that have imported what a judge needs, and have used it once."""
    wanted = folder / "warm.json"
    wanted.write_text(json.dumps({"modules": tested, "opening": opening}))
    variables = sandbox.SHARED | {"MPLBACKEND": "agg", sandbox.WARM: str(wanted)}
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ai4mat_grading.warm"])
    with mock.patch.dict(os.environ, variables):
        forkserver.ensure_running()
    return context


def _judge(
    sender: Connection,
    raw: bytes,
    plan: Plan,
    limits: Limits,
    setting: tuple,
    points_only: bool,
    given_up: frozenset[str],
) -> None:
    """Be the judge of one submission, in a process of its own."""
    from . import home, judge

    _die_with_the_server()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    setting = home.Setting(*setting)
    os.chdir(setting.folder)
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    _limit_memory(limits.memory)
    at = lambda test: sender.send(("test", test))  # noqa: E731
    try:
        result = judge.judge(raw, plan, limits, setting, points_only, given_up, at)
    except Broken as error:
        result = str(error)
    except Exception:  # a fault of ours, which costs no student a point
        result = traceback.format_exc()
    sender.send(("result", result))


def _limit_memory(more: int) -> None:
    """Let a test take so many more bytes and no others: a small value can make it ask for all."""
    with open("/proc/self/statm") as file:
        now = int(file.read().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (now + more, now + more))


def _die_with_the_server() -> None:
    """Be killed when the server of processes ends, which ends with the grader."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() == 1:
        sys.exit()
