"""Drawing the nb20 set (L = 40, T = 0.25 ... 4.00, 10,000 each) on two cores, against mcising.

Each side runs in a fresh process, and all of it is timed: start, imports, sampling. Our kernels,
like its own, are compiled before; how long the run takes that compiles them is in the remark. Both
keep configurations that are at least 5 autocorrelation times apart, of energy and |m|.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from functools import partial
from tempfile import TemporaryDirectory

import numpy as np

from ai4mat_ising.sampling.schedule import SPACING, WARMUP
from benchmarks import Row, in_turn, peers
from benchmarks.sampling import slowest

L, TEMPERATURES, SAMPLES = 40, (np.arange(1, 17) / 4).tolist(), 10_000
OURS = f"""
import numpy as np
from ai4mat_ising.sampling import sample_equilibrium
T = np.repeat({TEMPERATURES}, {SAMPLES})
sample_equilibrium({L}, T, len(T), seed=0, workers=2, packed=True)
"""
PEER_ALGORITHMS = ["metropolis", "wolff", "swendsen_wang"]


def rows():
    """Yield the row."""
    start = time.perf_counter()
    plan = peer_plan()
    pilot = time.perf_counter() - start
    with TemporaryDirectory() as kernels:
        first = our_seconds(kernels)
        ours, peer = in_turn(
            partial(our_seconds, kernels), partial(peer_seconds, plan), repetitions=3
        )
    chosen = Counter(algorithm for _, algorithm, _, _ in plan)
    yield Row(
        f"the nb20 set, L={L}, two cores",
        ours,
        peer,
        goal=5,
        remark=f"the first time on a machine {first:.1f} s, with compilation; mcising: at each T "
        f"what is cheapest\n    there, {as_text(chosen)}, by autocorrelation times measured in "
        f"{pilot:.0f} s, which do not count",
    )


def as_text(chosen):
    return ", ".join(f"{count} times {algorithm}" for algorithm, count in chosen.items())


def our_seconds(kernels):
    """The compiled kernels are in a folder of this name, or come there."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", OURS], check=True, env={**os.environ, "NUMBA_CACHE_DIR": kernels}
    )
    return time.perf_counter() - start


def peer_seconds(plan):
    start = time.perf_counter()
    peers.run("mcising", "dataset", L=L, samples=SAMPLES, plan=plan, threads=2)
    return time.perf_counter() - start


def peer_plan():
    """mcising's chains, the longest first: T, the cheapest algorithm, its warm-up and spacing."""
    pilot = peers.run(
        "mcising",
        "series",
        L=L,
        temperatures=TEMPERATURES,
        threads=2,
        algorithms=PEER_ALGORITHMS,
        warmup=4000,
        updates=16_000,
    )
    times = np.array(list(map(slowest, pilot["energy"], pilot["magnetization"])))
    spacings = np.ceil(SPACING * times).astype(int).reshape(len(TEMPERATURES), -1)
    costs = spacings * pilot["seconds"].reshape(spacings.shape)
    plan = []
    for i in np.argsort(-costs.min(axis=1)):
        best = costs[i].argmin()
        spacing = int(spacings[i, best])
        plan.append((TEMPERATURES[i], PEER_ALGORITHMS[best], spacing * WARMUP // SPACING, spacing))
    return plan
