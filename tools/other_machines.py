"""Grades right answers as on other machines: slow ones, and ones with other processors.

For maintainers, from the root of the repository:

    python tools/other_machines.py latent_1d epsilon

For each problem set, or for all, the solution and ``base.py`` are graded twice, each time in a new
process: on a single processor while clocks run ten times as fast, as if the machine were busy, and
with the simplest instructions that NumPy and PyTorch can do with. All points must be there.
"""

import argparse
import os
import subprocess
import sys
import time

import numpy as np

FASTER = 10
CLOCKS = ["time", "monotonic", "perf_counter"]
ANSWERS = ["solution", "base"]


def simplest():
    """Variables of a process in which NumPy and PyTorch use no more than they must."""
    extensions = np.show_config(mode="dicts")["SIMD Extensions"]
    return {
        "NPY_DISABLE_CPU_FEATURES": " ".join(extensions.get("found", [])),
        "ATEN_CPU_CAPABILITY": "default",
    }


def slow_down():
    """Let clocks run faster, and keep to one processor."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name in CLOCKS:
        setattr(time, name, _faster(getattr(time, name)))


def _faster(clock):
    begun = clock()
    return lambda: begun + FASTER * (clock() - begun)


def grade(name, answer):
    """Grade one right answer in this process; returns the points that are missing."""
    from ai4mat_grading.corpus import fill_in
    from ai4mat_grading.notebooks import graded_cells
    from ai4mat_grading.rehearsal import run
    from ai4mat_grading.repository import read_source

    source = read_source(name)
    graded = run(fill_in(name, source)[answer])
    missing = sum(graded_cells(source).values()) - graded.total
    print(f"{name}, {answer}: {missing:g} points missing", *graded.errors.items(), sep="\n    ")
    return missing


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help="all where none is named")
    arguments = parser.parse_args()
    from ai4mat_grading.repository import problem_sets

    failed = False
    for machine, variables in [("slow", {}), ("simple", simplest())]:
        print(f"A {machine} machine", *variables.items(), flush=True)
        for name in arguments.sets or problem_sets():
            for answer in ANSWERS:
                command = [sys.executable, __file__, "--here", machine, name, answer]
                failed |= subprocess.run(command, env=os.environ | variables).returncode != 0
    sys.exit(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        _, _, machine, *which = sys.argv
        if machine == "slow":
            slow_down()
        sys.exit(grade(*which) != 0)
    main()
