"""Monte Carlo configurations of the Ising model on the periodic L x L torus (J = k_B = 1).

Here are the two public functions and the checks of their arguments; each method has its module.
"""

from numbers import Integral

import numpy as np

from ai4mat_ising.sampling.bits import REPLICAS
from ai4mat_ising.sampling.chunks import run_chunks, slices
from ai4mat_ising.sampling.perfect import perfect_chunk
from ai4mat_ising.sampling.quench import quench_chunk
from ai4mat_ising.sampling.schedule import chains

__all__ = ["sample_equilibrium", "sample_quench"]


def sample_equilibrium(L, T, n, *, seed, method="cluster", workers=None):
    """Configurations in equilibrium at temperature T.

    Parameters
    ----------
    L : int
        Side of the periodic lattice, at least 3.
    T : float or array_like, shape (n,)
        Temperature, positive, in units of J / k_B: one for all configurations, or one for each.
    n : int
        Number of configurations, at least 0.
    seed : int
        Fixes the result, whatever `workers` is.
    method : {"cluster", "perfect"}, default "cluster"
        "cluster" runs Markov chains, for each L and T with the cheapest of Wolff's and Swendsen
        and Wang's cluster updates and checkerboard Metropolis. Kept configurations are at least 5
        integrated autocorrelation times of energy and ``|m|`` apart, after a warm-up of 20.
        "perfect" draws independent samples without any warm-up, by coupling from the past (Propp
        and Wilson 1996). It takes longer: near the critical temperature about 1 ms a sample at
        L = 16, half a second at L = 128.
    workers : int, optional
        Number of threads; by default one for each processor that may be used.

    Returns
    -------
    ndarray of int8, shape (n, L, L)
        Spins -1/+1. Each configuration has an independent random global sign.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    L, n, T, seed, workers = _checked(L, n, T, seed, workers)
    if method not in ("cluster", "perfect"):
        raise ValueError(f"method must be 'cluster' or 'perfect', got {method!r}")
    spins = np.empty((n, L, L), dtype=np.int8)

    def draw_exactly(chunk, seeds, stop):
        spins[chunk] = perfect_chunk(L, T[chunk], seeds, stop)
        return chunk.stop - chunk.start

    def run_chain(chain, seeds, stop):
        sampler, chosen, warmup, spacing = chain
        drawn = sampler(L, T[chosen], warmup, spacing, seeds, stop)
        signs = np.random.default_rng(seeds.spawn(1)[0]).integers(2, size=len(drawn), dtype=np.int8)
        spins[chosen] = drawn * (2 * signs - 1)[:, None, None]
        return len(chosen)

    if method == "perfect":
        run_chunks(draw_exactly, slices(n, max(1, 4096 // L**2)), n, seed=seed, workers=workers)
    else:
        run_chunks(run_chain, chains(L, T), n, seed=seed, workers=workers)
    return spins


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
    L, n, T, seed, workers = _checked(L, n, T, seed, workers)
    sweeps = _integer("sweeps", sweeps, 0)
    spins = np.empty((n, L, L), dtype=np.int8)

    def quench(chunk, seeds, stop):
        spins[chunk] = quench_chunk(L, T[chunk], sweeps, seeds, stop)
        return chunk.stop - chunk.start

    run_chunks(quench, slices(n, REPLICAS), n, seed=seed, workers=workers)
    return spins


def _checked(L, n, T, seed, workers):
    L, n, seed = _integer("L", L, 3), _integer("n", n, 0), _integer("seed", seed, 0)
    workers = None if workers is None else _integer("workers", workers, 1)
    return L, n, _temperatures(T, n), seed, workers


def _integer(name, value, least):
    # True counts as an integer in Python, but it is no number of anything.
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    return int(value)


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
    # Below 0.001 not a single flip that costs energy is left; 1/T could overflow.
    return np.broadcast_to(np.maximum(values, 1e-3), (n,))
