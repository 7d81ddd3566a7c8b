"""Loading MDS-2: `IsingDataset` against mdsdata's loaders, which run in their own environment."""

import statistics
import time

from ai4mat_ising.datasets import IsingDataset
from benchmarks import Row, peers

REPETITIONS = 5


def rows():
    """Yield one row per size."""
    for size, loader in [("light", "load_Ising_light"), ("full", "load_Ising")]:
        name = f"load MDS-2 {size}: IsingDataset, mdsdata"
        peer = peers.run("mdsdata", "load", loader=loader, repetitions=REPETITIONS)
        yield Row(name, seconds_to_load(size), float(peer["seconds"]), goal=50)


def seconds_to_load(size):
    """Median seconds to make the dataset: spins, temperatures and labels, as the peer does."""
    seconds = []
    for _ in range(1 + REPETITIONS):
        start = time.perf_counter()
        IsingDataset(size)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])
