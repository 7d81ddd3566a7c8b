"""Loading MDS-2: `IsingDataset` against mdsdata's loaders, which run in their own environment."""

import statistics
import subprocess
import time
from pathlib import Path

from ai4mat_ising.datasets import IsingDataset
from benchmarks import Row

PEER_PYTHON = Path(__file__).resolve().parent.parent / ".venv" / "peers" / "bin" / "python"
REPETITIONS = 5

# Only the call is timed, not the start of Python or the import; the first call warms the disk.
PEER_PROGRAM = """
import statistics, sys, time
import mdsdata
load = getattr(mdsdata, sys.argv[1])
seconds = []
for _ in range(1 + int(sys.argv[2])):
    start = time.perf_counter()
    load()
    seconds.append(time.perf_counter() - start)
print(statistics.median(seconds[1:]))
"""


def rows():
    """Yield one row per size."""
    for size, loader in [("light", "load_Ising_light"), ("full", "load_Ising")]:
        name = f"load MDS-2 {size}: IsingDataset, mdsdata"
        yield Row(name, seconds_to_load(size), peer_seconds(loader), goal=50)


def seconds_to_load(size):
    """Median seconds to make the dataset: spins, temperatures and labels, as the peer does."""
    seconds = []
    for _ in range(1 + REPETITIONS):
        start = time.perf_counter()
        IsingDataset(size)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def peer_seconds(loader):
    """Median seconds of a loader of mdsdata."""
    if not PEER_PYTHON.exists():
        raise SystemExit("the environment of the peers is missing: run `make bench`")
    command = [PEER_PYTHON, "-c", PEER_PROGRAM, loader, str(REPETITIONS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
