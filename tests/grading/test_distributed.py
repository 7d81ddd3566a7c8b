"""A Dask cluster gives the same grades, also when one of its workers is killed."""

import os
import signal
import threading
import time

import dask
import pytest
import toy
from ai4mat_grading import engine
from ai4mat_grading.course import Refused
from course_state import state
from distributed import Client, LocalCluster
from fakes import SlowGrader

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cluster():
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(2, threads_per_worker=1, dashboard_address=":0") as made,
    ):
        yield made


def grade(course, **options):
    return engine.grade(course, toy.NAME, grader=SlowGrader, progress=False, **options)


def test_the_same_grades_when_a_worker_is_killed(class_of_8, copies, cluster):
    alone, there = copies(class_of_8, 2)
    grade(alone, jobs=1)
    killed = threading.Event()

    def kill():
        # As soon as a first grade has come back: the others wait or are being judged.
        while not list(there.glob(f".grading/done/{toy.NAME}/*.json")):
            time.sleep(0.01)
        with Client(cluster.scheduler_address) as client:
            os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        killed.set()

    thread = threading.Thread(target=kill)
    thread.start()
    summary = grade(there, scheduler=cluster.scheduler_address)
    thread.join()
    assert killed.is_set()
    assert not summary.failed
    assert state(there) == state(alone)


def test_workers_that_may_not_fork_are_refused(class_of_8, copies):
    (course,) = copies(class_of_8, 1)
    with (
        dask.config.set({"distributed.worker.daemon": True}),
        LocalCluster(1, threads_per_worker=1, dashboard_address=":0") as daemonic,
        pytest.raises(Refused, match="DASK_DISTRIBUTED__WORKER__DAEMON=False"),
    ):
        grade(course, scheduler=daemonic.scheduler_address)


def test_no_cluster_is_refused(class_of_8, copies, monkeypatch):
    monkeypatch.setattr("ai4mat_grading.distributed.PATIENCE", 1)
    (course,) = copies(class_of_8, 1)
    with pytest.raises(Refused, match="No Dask cluster"):
        grade(course, scheduler="tcp://127.0.0.1:1")
