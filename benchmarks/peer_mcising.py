"""mcising's side of `sampling`; runs in its own environment, called by `peers`.

It uses the class that its own benchmarks use, `IsingSimulation`, whose compiled loops run without
a return to Python. ``production_sweeps`` lets go of the GIL, so chains can share a process.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from mcising import IsingSimulation


def chain(L, T, algorithm, updates):
    """Seconds for so many sweeps of a chain (Wolff: clusters), with nothing recorded."""
    simulation = start(L, algorithm)
    simulation.sweep(100, temperature=T)
    return {"seconds": timed(simulation.sweep, updates, temperature=T)}


def quench(L, T, sweeps, replicas):
    """Seconds to sweep as many lattices, from random spins, and to keep their last spins."""
    # One simulation serves all replicas: to make a new one takes as long as 20 sweeps.
    simulation = start(L, "metropolis")
    spins = 2 * np.random.default_rng(0).integers(2, size=(replicas, L, L), dtype=np.int8) - 1

    def all_replicas():
        for replica in spins:
            simulation.set_spins(replica)
            simulation.sweep(sweeps, temperature=T)
            replica[:] = simulation.get_spins()

    return {"seconds": timed(all_replicas)}


def series(L, temperatures, algorithms, warmup, updates, threads):
    """Energy and magnetization after each update, and what an update takes without recording."""

    def measure(T, algorithm):
        simulation = start(L, algorithm)
        seconds = timed(simulation.production_sweeps, 1, warmup, temperature=T, store_configs=False)
        recorded = simulation.production_sweeps(updates, 1, temperature=T, store_configs=False)
        return recorded["energies"], recorded["magnetizations"], seconds / warmup

    jobs = [(T, algorithm) for T in temperatures for algorithm in algorithms]
    with ThreadPoolExecutor(threads) as pool:
        results = zip(*pool.map(measure, *zip(*jobs)))
    return dict(zip(("energy", "magnetization", "seconds"), map(np.array, results)))


def dataset(L, samples, plan, threads):
    """Draw so many configurations by each chain of the plan: (T, algorithm, warm-up, spacing)."""

    def draw(seed, T, algorithm, warmup, spacing):
        simulation = start(L, algorithm, seed)
        simulation.production_sweeps(1, warmup, temperature=T, store_configs=False)
        kept = simulation.production_sweeps(samples, spacing, temperature=T, store_configs=True)
        return kept["configurations"]

    with ThreadPoolExecutor(threads) as pool:
        spins = list(pool.map(draw, range(len(plan)), *zip(*plan)))
    return {"configurations": sum(map(len, spins))}


def start(L, algorithm, seed=0):
    """A ferromagnet with all spins up: at low T, random spins would freeze in stripes."""
    simulation = IsingSimulation(L, 1.0, 0.0, 0.0, 0.0, seed, algorithm)
    simulation.set_spins(np.ones((L, L), dtype=np.int8))
    return simulation


def timed(function, *args, **kwargs):
    begin = time.perf_counter()
    function(*args, **kwargs)
    return time.perf_counter() - begin


if __name__ == "__main__":
    np.savez(sys.stdout.buffer, **globals()[sys.argv[1]](**json.loads(sys.argv[2])))
