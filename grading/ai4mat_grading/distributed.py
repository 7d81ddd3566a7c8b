"""Judging on a Dask cluster: each worker keeps one grader; the gradebook is written elsewhere."""

import contextlib
import functools
import multiprocessing
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

import dask
from distributed import Client, WorkerPlugin, get_worker

from .course import Refused
from .lanes import Judged, Settings
from .versions import versions

# Seconds to wait for the scheduler, and for its first worker.
PATIENCE = 60


class Judge(WorkerPlugin):
    """What a worker judges with: a grader that starts with its first submission.

    Parameters
    ----------
    settings : Settings
        How to judge.
    """

    def __init__(self, settings: Settings):
        self.settings = settings

    def setup(self, worker) -> None:
        """Remember where the worker may keep files."""
        self.folder = Path(worker.local_directory) / "ising-grade"
        self.starting = threading.Lock()
        self.grader = None

    def teardown(self, worker) -> None:
        """End the grader and its sandboxes."""
        with self.starting:
            if self.grader is not None:
                self.grader.__exit__(None, None, None)
            self.grader = None

    def judge(self, raws: Sequence[bytes]) -> Judged:
        """Judge one submission, on any of the worker's threads."""
        with self.starting:
            if self.grader is None:
                self.folder.mkdir(parents=True, exist_ok=True)
                self.grader = self.settings.make_grader(self.folder).__enter__()
        return self.settings.judge(self.grader, raws)


class Cluster:
    """Judges on the workers of a Dask cluster.

    Parameters
    ----------
    settings : Settings
        How to judge.
    scheduler : str
        Address, such as ``tcp://10.0.0.1:8786``.
    name : str
        Of this course on the cluster: what an earlier run left under it is ended.
    """

    def __init__(self, settings: Settings, scheduler: str, name: str):
        self.settings, self.scheduler, self.name = settings, scheduler, name
        self._client = self._executor = None

    @property
    def jobs(self) -> int:
        """Threads of all workers."""
        return max(1, sum(self._client.nthreads().values())) if self._client else 1

    def start(self) -> None:
        """Connect, and prepare the workers.

        Raises
        ------
        Refused
            If there is no cluster, or its workers cannot judge or would judge differently.
        """
        try:
            self._client = Client(self.scheduler, timeout=PATIENCE)
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            raise Refused(f"No Dask cluster with workers at {self.scheduler}: {error}") from None
        self._examine_workers()
        self._client.register_plugin(Judge(self.settings), name=self.name)
        self._executor = self._client.get_executor(pure=False)

    def _examine_workers(self) -> None:
        own = versions(self.settings.preload)
        try:
            found = self._client.run(functools.partial(_describe, self.settings.preload))
        except ImportError as error:
            raise Refused(f"The workers at {self.scheduler} need this package: {error}") from None
        for worker, (daemonic, theirs) in found.items():
            if daemonic:
                raise Refused(
                    f"Worker {worker} may not start processes, which a judge is: start the "
                    "workers with DASK_DISTRIBUTED__WORKER__DAEMON=False or with --no-nanny"
                )
            if other := sorted(name for name in own if own[name] != theirs.get(name)):
                raise Refused(
                    f"Worker {worker} would grade with other versions than this machine: "
                    + ", ".join(f"{name} {theirs.get(name)} for {own[name]}" for name in other)
                )

    def submit(self, raws: Sequence[bytes]) -> Future[Judged]:
        """Judge a submission some time, on any worker; on another one if that dies."""
        if self._executor is None:
            self.start()
        # Dask warns of notebooks over 10 MB, which one cannot make smaller.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GB"}):
            return self._executor.submit(judge_there, self.name, list(raws))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._client is None:
            return
        if self._executor is not None:
            self._executor.shutdown(wait=False)
            # A cluster that is gone has nothing that could be ended.
            with contextlib.suppress(OSError, TimeoutError):
                self._client.unregister_worker_plugin(self.name)
        self._client.close()


def judge_there(name: str, raws: Sequence[bytes]) -> Judged:
    """Judge a submission with the grader that this worker keeps under a name."""
    return get_worker().plugins[name].judge(raws)


def _describe(modules: Sequence[str]) -> tuple[bool, dict[str, str]]:
    return multiprocessing.current_process().daemon, versions(modules)
