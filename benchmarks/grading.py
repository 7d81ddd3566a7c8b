"""Grading a class: `ising-grade` against stock nbgrader, ten good submissions, from a cold start.

Both have two processors at most, and the same course folder. Stock nbgrader grades one submission
after the other; CPU seconds are those of the whole machine, which should have nothing else to do.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from ai4mat_grading.corpus import corpus, fill_in
from ai4mat_grading.repository import read_release
from ai4mat_grading.stock import environment, make_course

from benchmarks import Row

STUDENTS = 10
PROGRAMS = Path(sys.executable).parent


def rows():
    """Yield one row per problem set, and one without the lesson's cells."""
    for name, goal in [("vector_order", 6), ("latent_1d", 3)]:
        with tempfile.TemporaryDirectory() as folder:
            course = class_of(name, Path(folder))
            peer = measure(course, "nbgrader", "autograde", name)
            ours = measure(course, "ising-grade", name, "--jobs", "2")
            fast = measure(course, "ising-grade", name, "--jobs", "2", "--points-only")
        for label, options, mine in [(name, "", ours), (name, " --points-only", fast)]:
            cpu = f"CPU seconds a submission: {mine[1]:.1f}, stock {peer[1]:.1f}"
            title = f"grade {label} x {STUDENTS}: ising-grade{options}, nbgrader"
            yield Row(title, mine[0], peer[0], goal=goal, remark=cpu)


def class_of(name, folder):
    """A course folder with submissions of right answers."""
    course = make_course(folder / "course", name)
    notebooks = fill_in(name, read_release(name))
    stems = [path.stem for path in corpus(name, "right")]
    for i in range(STUDENTS):
        path = course / "submitted" / f"student{i}" / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebooks[stems[i % len(stems)]], path)
    return course


def measure(course, program, *arguments):
    """Seconds of a command in a copy of a course folder, and CPU seconds for each submission."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(course, Path(folder) / "course")
        start, busy = time.perf_counter(), cpu_seconds()
        subprocess.run(
            [PROGRAMS / program, *arguments],
            cwd=copy,
            env=environment(copy / "home"),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - start, (cpu_seconds() - busy) / STUDENTS


def cpu_seconds():
    """Seconds that all processors have worked, also for processes that nobody has waited for."""
    user, nice, system, *_ = Path("/proc/stat").read_text().split()[1:]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
