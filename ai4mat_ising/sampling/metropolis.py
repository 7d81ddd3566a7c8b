"""Checkerboard Metropolis of 64 replicas in one word: fast wherever correlations are short.

No two sites of one colour are neighbours, so their order does not matter; L must be even. The
replicas are independent: unlike in `quench`, no random order is shared.

In some configurations, stripes among them, every flip costs nothing. Metropolis accepts them all,
and the checkerboard would flip such a lattice to and fro forever. So each replica leaves out one
row in eight, drawn anew every time: without that the chain is not ergodic.
"""

import numpy as np

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.sampling.bits import (
    REPLICAS, U, accepted_flips, acceptance_planes, random_bits, unpack
)
from ai4mat_ising.sampling.kernel import kernel


def metropolis_chunk(L, T, warmup, spacing, seeds, stop):
    """One configuration for each temperature in T, all equal if more than 64; int8 (n, L, L).

    Replicas start in order below the critical temperature, else at random.
    """
    kept = _keep(-(-len(T) // REPLICAS), L, T, warmup, spacing, seeds, stop)
    return unpack(kept)[: len(T)]


def metropolis_chain(L, T, warmup, spacing, seeds, stop):
    """One replica followed through time, at the one temperature that T repeats; int8 (n, L, L)."""
    kept = _keep(len(T), L, T, warmup, spacing, seeds, stop)
    return 2 * (kept & U(1)).astype(np.int8) - 1


def _keep(rounds, L, T, warmup, spacing, seeds, stop):
    """Words of replicas at so many times, uint64 (rounds, L, L)."""
    kept = np.empty((rounds, L, L), dtype=np.uint64)
    cold = np.resize(T < critical_temperature(), REPLICAS)
    ordered = np.packbits(cold, bitorder="little").view("<u8").astype(np.uint64)[0]
    state = seeds.generate_state(2, np.uint64)
    _metropolis(kept, ordered, warmup, spacing, *acceptance_planes(T), *state, stop)
    return kept


@kernel
def _metropolis(kept, ordered, warmup, spacing, planes4, planes_change, a, b, stop):
    """Keep the words after `warmup` sweeps and then after every `spacing`."""
    L = kept.shape[1]
    words = np.empty((L, L), dtype=np.uint64)
    for y in range(L):
        for x in range(L):
            r, a, b = random_bits(a, b)
            words[y, x] = r | ordered
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            for colour in range(2):
                a, b = _half_sweep(words, colour, planes4, planes_change, a, b)
        # Site by site: kept[k] = words takes numba four seconds to compile.
        for y in range(L):
            for x in range(L):
                kept[k, y, x] = words[y, x]


@kernel
def _half_sweep(words, colour, planes4, planes_change, a, b):
    L = len(words)
    for y in range(L):
        r1, a, b = random_bits(a, b)
        r2, a, b = random_bits(a, b)
        r3, a, b = random_bits(a, b)
        taking_part = r1 | r2 | r3  # 7 replicas out of 8
        above, below = y - 1 if y > 0 else L - 1, y + 1 if y < L - 1 else 0
        for x in range((y + colour) & 1, L, 2):
            flips, a, b = accepted_flips(
                words[y, x],
                words[above, x],
                words[below, x],
                words[y, x - 1 if x > 0 else L - 1],
                words[y, x + 1 if x < L - 1 else 0],
                planes4, planes_change, a, b,
            )
            words[y, x] ^= flips & taking_part
    return a, b
