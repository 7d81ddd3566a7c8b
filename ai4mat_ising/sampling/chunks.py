"""Work in chunks on threads or an executor: the same result on any number, a bar, a clean Ctrl-C.

Each chunk has random numbers of its own, so it matters neither who runs it nor when. Chunks
travel in batches that keep a worker busy for about a tenth of a second.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from queue import Empty, SimpleQueue
from threading import Thread

import numba
import numpy as np

from ai4mat_ising.packing import unpack_spins
from ai4mat_ising.progress import progress_bar

BATCH_SECONDS = 0.1
# Bounds of what is in memory beside the result: a batch, and batches on an executor.
BATCH_SPINS, BATCHES_UNDER_WAY = 2**18, 256


def run_chunks(chunks, result, L, *, seed, workers=None, executor=None):
    """Fill ``result[where]`` for every (where, draw) in chunks, and return the result.

    ``draw(seeds=..., stop=...)`` returns k configurations: spins, packed, which are unpacked for a
    result of int8, or angles. It can be pickled, and its kernels release the GIL and give up where
    ``stop[0]`` is set: after Ctrl-C or an error.
    """
    reports, stop = SimpleQueue(), np.zeros(1, dtype=bool)
    # In a thread, because only the main one sees a Ctrl-C, which at the wrong moment would leave
    # the locks of an executor locked for good.
    conductor = Thread(
        target=_conduct,
        daemon=True,
        args=(chunks, result, L, seed, workers, executor, reports.put, stop),
    )
    with progress_bar(len(result), desc="sampling", unit="configuration", delay=2) as bar:
        conductor.start()
        try:
            while isinstance(report := _next(reports), int):
                bar.update(report)
        except BaseException:
            stop[0] = True
            raise
        finally:
            conductor.join()
    if report is not None:
        raise report
    return result


def _conduct(chunks, result, L, seed, workers, executor, report, stop):
    """Report how many samples have been stored, time and again; at the end None or an error."""
    try:
        if executor is not None:
            _run(chunks, result, L, seed, executor, BATCHES_UNDER_WAY, report, stop, None)
        else:
            workers = workers or numba.config.NUMBA_NUM_THREADS
            with ThreadPoolExecutor(workers) as threads:
                _run(chunks, result, L, seed, threads, 2 * workers, report, stop, stop)
        report(None)
    except BaseException as error:
        report(error)


def _run(chunks, result, L, seed, executor, most, report, stop, stop_of_workers):
    chunks, root = iter(chunks), np.random.SeedSequence(seed)
    under_way, finished = {}, SimpleQueue()
    side, size = L if result.dtype == np.int8 else None, 1
    try:
        while batch := _next_batch(chunks, size):
            tasks = [(draw, root.spawn(1)[0]) for _, draw in batch]
            future = executor.submit(_draw_batch, tasks, side, stop_of_workers)
            under_way[future] = [where for where, _ in batch]
            future.add_done_callback(finished.put)
            while len(under_way) >= most:
                samples, seconds = _collect(under_way, finished, result, stop)
                report(samples)
                size = min(int(samples * BATCH_SECONDS / seconds), BATCH_SPINS // L**2)
        while under_way:
            report(_collect(under_way, finished, result, stop)[0])
    except BaseException:
        stop[0] = True  # threads see it; workers elsewhere finish their batch
        for future in under_way:
            future.cancel()
        raise


def _next_batch(chunks, size):
    """Take chunks of about this number of samples, one at least if there is any."""
    batch, samples = [], 0
    for where, draw in chunks:
        batch.append((where, draw))
        samples += _samples(where)
        if samples >= size:
            break
    return batch


def _draw_batch(tasks, side, stop):
    """Draw the samples of a batch, on a worker; return them and how long they took.

    Packed spins are unpacked there, unless the side of the lattice is None.
    """
    start = time.perf_counter()
    stop = np.zeros(1, dtype=bool) if stop is None else stop
    drawn = [draw(seeds=seeds, stop=stop) for draw, seeds in tasks]
    if side is not None:
        drawn = [unpack_spins(packed, side) for packed in drawn]
    return drawn, time.perf_counter() - start


def _collect(under_way, finished, result, stop):
    """Store the next batch that finishes; return its number of samples and its seconds."""
    future = _next(finished, stop)
    drawn, seconds = future.result()  # raises what the batch raised
    places = under_way.pop(future)
    for where, spins in zip(places, drawn, strict=True):
        result[where] = spins
    return sum(map(_samples, places)), seconds


def _next(queue, stop=(False,)):
    while not stop[0]:
        try:
            # The time limit lets Ctrl-C through on systems where it does not end a wait.
            return queue.get(timeout=0.2)
        except Empty:
            pass
    raise InterruptedError("stopped")


def _samples(where):
    return where.stop - where.start if isinstance(where, slice) else len(where)
