"""Monte Carlo configurations of the Ising model on the periodic L x L torus (J = k_B = 1).

Here are the two public functions and the checks of their arguments; each method has its module.
"""

from numbers import Integral

import numpy as np

from ai4mat_ising.sampling.bits import REPLICAS
from ai4mat_ising.sampling.chunks import run_chunks
from ai4mat_ising.sampling.quench import quench_chunk

__all__ = ["sample_quench"]


def sample_quench(L, T, n, *, sweeps, seed, workers=None):
    """Configurations a given time after a quench from infinite temperature to T.

    Random-site Metropolis from a random start: a sweep is L^2 attempts, each to flip a spin at a
    site drawn at random. With ``sweeps=L`` these are the configurations of the MDS-2 dataset,
    which below the critical temperature are far from equilibrium: many hold domain walls.

    Parameters
    ----------
    L : int
        Side of the periodic lattice, at least 3.
    T : float or array_like, shape (n,)
        Temperature, positive, in units of J / k_B: one for all configurations, or one for each.
    n : int
        Number of configurations, at least 0.
    sweeps : int
        Time after the quench, at least 0 (the random start).
    seed : int
        Fixes the result, whatever `workers` is.
    workers : int, optional
        Number of threads; by default one for each processor that may be used.

    Returns
    -------
    ndarray of int8, shape (n, L, L)
        Spins -1/+1. Configurations 64 k to 64 k + 63 were visited in the same random order, all
        else being independent: error bars must come from the scatter of these groups.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    L, n = _integer("L", L, 3), _integer("n", n, 0)
    T = _temperatures(T, n)
    sweeps, seed = _integer("sweeps", sweeps, 0), _integer("seed", seed, 0)
    workers = _workers(workers)
    spins = np.empty((n, L, L), dtype=np.int8)

    def work(chunk, seeds, stop):
        spins[chunk] = quench_chunk(L, T[chunk], sweeps, seeds, stop)

    run_chunks(work, n, REPLICAS, seed=seed, workers=workers)
    return spins


def _integer(name, value, least):
    # True counts as an integer in Python, but it is no number of anything.
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    return int(value)


def _workers(workers):
    return None if workers is None else _integer("workers", workers, 1)


def _temperatures(T, n):
    """T as float64, shape (n,), or a ValueError."""
    try:
        values = np.asarray(T)
    except ValueError:  # rows of unequal length
        values = np.empty((), dtype=object)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"T must be a positive temperature or an array of n of them, got {T!r}")
    if values.shape not in ((), (n,)):
        raise ValueError(f"T must be one temperature or of shape (n,) = ({n},), "
                         f"got shape {values.shape}")
    wrong = values[~(values > 0)]  # NaN among them
    if wrong.size:
        raise ValueError(f"T must be a positive temperature, got {wrong[0]}")
    return np.broadcast_to(values.astype(np.float64), (n,))
