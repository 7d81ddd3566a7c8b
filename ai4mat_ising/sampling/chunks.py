"""Work in chunks on threads: the same result for any number of them, a bar, a clean Ctrl-C."""

from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

import numba
import numpy as np

from ai4mat_ising.progress import progress_bar


def run_chunks(work, chunks, n, *, seed, workers):
    """Call ``work(chunk, seeds, stop)`` for every chunk; each returns its share of n samples.

    Each chunk has random numbers of its own, so that it does not matter which thread runs it.
    The kernels release the GIL and give up where ``stop[0]`` is set: after Ctrl-C or an error.
    """
    root = np.random.SeedSequence(seed)
    workers = workers or numba.config.NUMBA_NUM_THREADS
    stop = np.zeros(1, dtype=bool)
    running = set()
    bar = progress_bar(n, desc="sampling", unit="configuration", delay=2)
    with bar, ThreadPoolExecutor(workers) as pool:
        try:
            for chunk in chunks:
                running.add(pool.submit(work, chunk, root.spawn(1)[0], stop))
                while len(running) >= 2 * workers:  # no more, so that memory stays bounded
                    running = _collect(running, bar)
            while running:
                running = _collect(running, bar)
        except BaseException:
            stop[0] = True
            raise


def slices(n, size):
    """Cut n samples into slices of this size; the last may be shorter."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _collect(running, bar):
    # The time limit lets Ctrl-C through on systems where it does not end a wait.
    finished, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
    for future in finished:
        bar.update(future.result())  # raises what the chunk raised
    return running
