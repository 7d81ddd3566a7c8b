"""Monte Carlo configurations on the periodic L x L torus (J = k_B = 1).

Spins -1/+1 of the Ising model, and angles of the XY model and of a planar nematic. Here are the
public functions and the checks of their arguments; each method has its module.
"""

from concurrent.futures import Executor
from functools import partial

import numpy as np

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.packing import pack_spins, packed_length, unpack_spins
from ai4mat_ising.sampling.bits import REPLICAS
from ai4mat_ising.sampling.chunks import run_chunks
from ai4mat_ising.sampling.cluster import swendsen_wang_chunk, wolff_chunk
from ai4mat_ising.sampling.metropolis import metropolis_chain
from ai4mat_ising.sampling.perfect import perfect_chunk
from ai4mat_ising.sampling.quench import quench_chunk
from ai4mat_ising.sampling.rotors import chains_of_rotors, nematic_chunk, xy_chunk
from ai4mat_ising.sampling.schedule import chains
from ai4mat_ising.slices import slices

__all__ = [
    "pack_spins",
    "sample_chain",
    "sample_equilibrium",
    "sample_nematic",
    "sample_quench",
    "sample_xy",
    "unpack_spins",
]

CHAINS = {
    "metropolis": metropolis_chain,
    "wolff": wolff_chunk,
    "swendsen-wang": swendsen_wang_chunk,
}


def sample_equilibrium(
    L, T, n, *, seed, method="cluster", workers=None, executor=None, packed=False
):
    """Draw configurations in equilibrium at temperature T.

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
    executor : concurrent.futures.Executor, optional
        Draws the configurations instead of threads of this process: processes, or a cluster
        (``client.get_executor()`` of a Dask client). The package must be installed there.
    packed : bool, default False
        Return the configurations as `pack_spins` does, in an eighth of the memory.

    Returns
    -------
    ndarray of int8, shape (n, L, L), or of uint8, shape (n, ceil(L^2 / 8)), if packed
        Spins -1/+1. Each configuration has an independent random global sign.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    L, n, T, seed, workers = _checked(L, n, T, seed, workers, executor)
    if method not in ("cluster", "perfect"):
        raise ValueError(f"method must be 'cluster' or 'perfect', got {method!r}")
    if method == "perfect":
        parts = slices(0, n, max(1, 4096 // L**2))
        chunks = ((part, partial(perfect_chunk, L, T[part])) for part in parts)
    else:
        chunks = (
            (chosen, partial(_with_random_signs, sampler, L, T[chosen], warmup, spacing))
            for sampler, chosen, warmup, spacing in chains(L, T)
        )
    return run_chunks(
        chunks, _empty(n, L, packed), L, seed=seed, workers=workers, executor=executor
    )


def _with_random_signs(sampler, L, T, warmup, spacing, *, seeds, stop):
    packed = sampler(L, T, warmup, spacing, seeds, stop)
    signs = np.random.default_rng(seeds.spawn(1)[0]).integers(2, size=len(packed), dtype=np.uint8)
    packed ^= 255 * signs[:, None]
    packed[:, -1] &= 255 << -(L**2) % 8 & 255  # what fills the last byte stays 0
    return packed


def sample_quench(L, T, n, *, sweeps, seed, workers=None, executor=None, packed=False):
    """Draw configurations a given time after a quench from infinite temperature to T.

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
    executor : concurrent.futures.Executor, optional
        Draws the configurations instead of threads of this process: processes, or a cluster
        (``client.get_executor()`` of a Dask client). The package must be installed there.
    packed : bool, default False
        Return the configurations as `pack_spins` does, in an eighth of the memory.

    Returns
    -------
    ndarray of int8, shape (n, L, L), or of uint8, shape (n, ceil(L^2 / 8)), if packed
        Spins -1/+1. Configurations 64 k to 64 k + 63 were visited in the same random order, all
        else being independent: error bars must come from the scatter of these groups.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    L, n, T, seed, workers = _checked(L, n, T, seed, workers, executor)
    sweeps = checked_integer("sweeps", sweeps, 0)
    chunks = ((part, partial(quench_chunk, L, T[part], sweeps)) for part in slices(0, n, REPLICAS))
    return run_chunks(
        chunks, _empty(n, L, packed), L, seed=seed, workers=workers, executor=executor
    )


def sample_chain(L, T, n, *, algorithm, seed, warmup=0, spacing=1):
    """Draw successive configurations of one Markov chain: to see how fast an algorithm forgets.

    For independent samples take `sample_equilibrium`, which knows how long to wait.

    Parameters
    ----------
    L : int
        Side of the periodic lattice, at least 3; even for Metropolis.
    T : float
        Temperature, positive, in units of J / k_B.
    n : int
        Number of configurations, at least 0.
    algorithm : {"metropolis", "wolff", "swendsen-wang"}
        What an update is: a checkerboard sweep (in which a spin stays out one time in eight),
        the flip of one Wolff cluster, or a random sign for every Swendsen-Wang cluster.
    seed : int
        Fixes the result.
    warmup : int, default 0
        Updates before the first configuration, at least 0. Cluster chains start with all spins
        up, Metropolis does so below the critical temperature, else with random spins.
    spacing : int, default 1
        Updates from one configuration to the next, at least 1.

    Returns
    -------
    ndarray of int8, shape (n, L, L)
        Spins -1/+1.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    L, n, T, seed, _ = _checked(L, n, T, seed, None, None)
    warmup, spacing = checked_integer("warmup", warmup, 0), checked_integer("spacing", spacing, 1)
    if not isinstance(algorithm, str) or algorithm not in CHAINS:
        raise ValueError(
            f"algorithm must be one of {', '.join(map(repr, CHAINS))}, got {algorithm!r}"
        )
    if algorithm == "metropolis" and L % 2:
        raise ValueError(f"L must be even for a checkerboard, got {L}")
    if n and np.ptp(T) > 0:
        raise ValueError("T must be one temperature for a chain, got several")
    chain = partial(CHAINS[algorithm], L, T, warmup, spacing)
    return run_chunks(
        [(slice(0, n), chain)] if n else [], _empty(n, L, False), L, seed=seed, workers=1
    )


def sample_xy(L, T, n, *, seed, workers=None):
    """Draw configurations of the XY model in equilibrium at temperature T.

    The energy is -J times the sum of cos(theta_i - theta_j) over nearest neighbours. Reflections
    of clusters (Wolff 1989) run in Markov chains; kept configurations are at least 5 integrated
    autocorrelation times of energy and ``|m|`` apart, after a warm-up of 20. Introduced in the
    chapter on vector order parameters.

    Parameters
    ----------
    L : int
        Side of the periodic lattice, at least 3.
    T : float or array_like, shape (n,)
        Temperature, positive, in units of J / k_B: one for all configurations, or one for each.
        Temperatures below 0.001 count as 0.001.
    n : int
        Number of configurations, at least 0.
    seed : int
        Fixes the result, whatever `workers` is.
    workers : int, optional
        Number of threads; by default one for each processor that may be used.

    Returns
    -------
    ndarray of float32, shape (n, L, L)
        Angles in [0, 2 pi). Each configuration is turned as a whole by an independent random
        angle.

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    U. Wolff, Phys. Rev. Lett. 62, 361 (1989).
    """
    return _sample_rotors(xy_chunk, L, T, n, seed, workers)


def sample_nematic(L, T, n, *, seed, workers=None):
    """Draw configurations of a planar nematic in equilibrium at temperature T.

    The energy is that of Lebwohl and Lasher for directors n in the plane, with n and -n the same
    state: -J times the sum of cos 2 (theta_i - theta_j) over nearest neighbours. The doubled
    angles are those of an XY model. So the samples are those of `sample_xy` with every angle
    halved, and with a random head, theta or theta + pi, at every site: the components of a
    single rotor mean nothing.

    Parameters
    ----------
    L : int
        Side of the periodic lattice, at least 3.
    T : float or array_like, shape (n,)
        Temperature, positive, in units of J / k_B: one for all configurations, or one for each.
        Temperatures below 0.001 count as 0.001.
    n : int
        Number of configurations, at least 0.
    seed : int
        Fixes the result, whatever `workers` is.
    workers : int, optional
        Number of threads; by default one for each processor that may be used.

    Returns
    -------
    ndarray of float32, shape (n, L, L)
        Angles in [0, 2 pi). Each configuration is turned as a whole by an independent random
        angle.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    return _sample_rotors(nematic_chunk, L, T, n, seed, workers)


def _sample_rotors(chunk, L, T, n, seed, workers):
    L, n, T, seed, workers = _checked(L, n, T, seed, workers, None)
    chunks = ((part, partial(chunk, L, T[part])) for part in chains_of_rotors(T))
    result = np.empty((n, L, L), dtype=np.float32)
    return run_chunks(chunks, result, L, seed=seed, workers=workers)


def _checked(L, n, T, seed, workers, executor):
    L, n = checked_integer("L", L, 3), checked_integer("n", n, 0)
    seed = checked_integer("seed", seed, 0)
    workers = None if workers is None else checked_integer("workers", workers, 1)
    if not isinstance(executor, Executor | None):
        raise ValueError(
            "executor must be a concurrent.futures.Executor (of Dask: "
            f"client.get_executor()), got {executor!r}"
        )
    if executor is not None and workers is not None:
        raise ValueError("workers, a number of threads here, must be left out with an executor")
    return L, n, _temperatures(T, n), seed, workers


def _empty(n, L, packed):
    shape = (n, packed_length(L)) if packed else (n, L, L)
    return np.empty(shape, dtype=np.uint8 if packed else np.int8)


def _temperatures(T, n):
    """Return T as float64, shape (n,), after checking it."""
    try:
        values = np.asarray(T)
    except ValueError:  # rows of unequal length
        values = np.empty((), dtype=object)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"T must be a positive temperature or an array of n of them, got {T!r}")
    if values.shape not in ((), (n,)):
        raise ValueError(
            f"T must be one temperature or of shape (n,) = ({n},), got shape {values.shape}"
        )
    wrong = values[~(values > 0)]  # NaN among them
    if wrong.size:
        raise ValueError(f"T must be a positive temperature, got {wrong[0]}")
    # Below 0.001 not a single flip that costs energy is left; 1/T could overflow.
    return np.broadcast_to(np.maximum(values, 1e-3), (n,))
