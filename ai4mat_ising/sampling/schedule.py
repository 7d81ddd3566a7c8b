"""Choice of the algorithm for equilibrium at an L and T, and of how often it keeps one.

The choice rests on autocorrelation times measured with the kernels of this package at
L = 4 to 64 and T = 0.5 to 20 (integrated, 1/2 plus the sum over lags; the larger of those of
energy and |m|). The formulas follow the measurements from above, mostly by 10 to 50 % where a
sampler is chosen: ``tools/measure_autocorrelation.py`` compares them, a test some of them.
"""

import numpy as np

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.sampling.bits import REPLICAS
from ai4mat_ising.sampling.cluster import swendsen_wang_chunk, wolff_chunk
from ai4mat_ising.sampling.metropolis import metropolis_chunk
from ai4mat_ising.sampling.rows import COLUMNS
from ai4mat_ising.slices import slices

SAMPLERS = (metropolis_chunk, wolff_chunk, swendsen_wang_chunk)
# Spacing of kept configurations, and length of the warm-up, in autocorrelation times.
SPACING, WARMUP = 5, 20
# Configurations that one chain keeps at most; its warm-up costs as much as 3 more.
CHAIN = 64
# Samples that are divided into chains at a time, so that memory stays bounded.
BLOCK = 2**17


def chains(L, T):
    """Divide samples at temperatures T, shape (n,), into chains.

    Yields
    ------
    sampler : callable
        ``sampler(L, T[chosen], warmup, spacing, seeds, stop)`` draws the configurations.
    chosen : ndarray of int
        The samples that it draws.
    warmup, spacing : int
        Updates before the first and between kept configurations.
    """
    for start in range(0, len(T), BLOCK):
        for sampler, chosen, spacing in _chains_of_block(L, T[start : start + BLOCK]):
            yield sampler, start + chosen, spacing * WARMUP // SPACING, spacing


def _chains_of_block(L, T):
    best, spacing = choose(L, T)
    for number, sampler in enumerate(SAMPLERS):
        chosen = np.flatnonzero(best == number)
        chosen = chosen[np.argsort(T[chosen], kind="stable")]
        divide = _in_words if sampler is metropolis_chunk else _in_runs
        for part in divide(T[chosen], L):
            yield sampler, chosen[part], int(spacing[chosen[part]].max())


def choose(L, T):
    """Return the cheapest of SAMPLERS (its number) and the spacing it needs, int (n,) each."""
    times = autocorrelation_times(L, T)
    best = (times * nanoseconds_per_site(L, T)).argmin(axis=0)
    spacing = np.ceil(SPACING * np.take_along_axis(times, best[None], axis=0)[0])
    return best, spacing.astype(np.int64)


def autocorrelation_times(L, T):
    """Estimate times from above: in sweeps, clusters (Wolff), sweeps; shape (3, *T.shape)."""
    above, below = _distances_from_tc(L, T)
    with np.errstate(divide="ignore"):
        # The correlation length above Tc and twice that below, on the infinite lattice.
        length = 1 / np.abs(2 / T + np.log(np.tanh(1 / T)))
        # The last term below Tc: now and then a lattice of moderate size turns over as a whole.
        ordered = 0.15 + 0.32 * length**2 + 4e-5 * length**6
        infinite = np.where(below > 0, ordered, 0.44 * length**2.17)
        metropolis = 0.5 + 1 / np.hypot(1 / infinite, 1 / (0.5 + 0.044 * L**2.17))
    # Where it is hot nearly every attempt succeeds, and all spins alternate.
    metropolis += T / 40 + 3 / L**2
    wolff = 0.4 + 0.46 * L**0.625 * (1 + 0.6 * above + 0.22 * above**2) / (1 + 0.8 * below)
    wolff = np.minimum(wolff, 1 + 0.25 * L**2)  # clusters of single sites
    swendsen_wang = np.where(below > 0, np.inf, 0.5 + 0.72 * length**0.65)
    return np.array([metropolis, wolff, np.minimum(swendsen_wang, 1.6 * L**0.32)])


def nanoseconds_per_site(L, T):
    """Return the measured cost of a sweep or a cluster on one core; only ratios matter."""
    above, _ = _distances_from_tc(L, T)
    metropolis = 0.13 + 5 / L**2 if L % 2 == 0 else np.inf  # an odd torus has no checkerboard
    if L <= COLUMNS:
        wolff, swendsen_wang = (0.6 + 56 / L) / (1 + above), 3.7 + 52 / L
    else:
        wolff, swendsen_wang = 8 / (1 + above) ** 1.5, 17
    return np.array(
        [np.full(T.shape, metropolis), 100 / L**2 + wolff, np.full(T.shape, swendsen_wang)]
    )


def _distances_from_tc(L, T):
    """Return L |T - Tc| / Tc, above (else 0) and below (else 0)."""
    distance = L * (T / critical_temperature() - 1)
    return np.maximum(distance, 0), np.maximum(-distance, 0)


def _in_runs(T, L):
    """Divide sorted samples for the cluster samplers: chains at one temperature each."""
    longest = max(1, min(max(CHAIN, 4096 // L**2), 2**24 // L**2))  # bounds the memory of a part
    for start, end in runs(T):
        yield from slices(start, end, longest)


def _in_words(T, L):
    """Divide samples for multi-spin coding: many of one temperature, or a word of single ones."""
    alone = np.ones(len(T), dtype=bool)
    longest = max(1, min(CHAIN, 2**24 // (REPLICAS * L**2)))  # bounds the memory of a part
    for start, end in runs(T):
        words = (end - start) // REPLICAS
        if words > 0:
            alone[start:end] = False
            # Chains save warm-ups, but several words are needed to occupy several threads.
            yield from slices(start, end, REPLICAS * max(1, min(longest, words // 4)))
    alone = np.flatnonzero(alone)
    for part in slices(0, len(alone), REPLICAS):
        yield alone[part]


def runs(T):
    """Return start and end of each run of equal temperatures in a sorted array."""
    starts = np.flatnonzero(np.append(True, T[1:] != T[:-1])[: len(T)])
    return zip(starts, np.append(starts[1:], len(T)))
