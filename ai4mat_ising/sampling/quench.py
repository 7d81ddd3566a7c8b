"""Quenches: random-site Metropolis from a random start for a given time; not equilibrium.

The kernel advances 64 replicas in one word (multi-spin coding, see `bits`). They share the order
in which sites are visited; their spins and the random bits that accept a flip are independent.
"""

import numpy as np

from ai4mat_ising.sampling.bits import U, acceptance_planes, accepted_flips, pack_words, random_bits
from ai4mat_ising.sampling.kernel import kernel


def quench_chunk(L, T, sweeps, seeds, stop):
    """Quench up to 64 replicas, one for each temperature in T; packed."""
    words = np.empty((L, L), dtype=np.uint64)
    state = seeds.generate_state(2, np.uint64)
    _quench(words, sweeps, *acceptance_planes(T), *state, stop)
    return pack_words(words[None])[: len(T)]


@kernel
def _quench(words, sweeps, planes4, planes_change, a, b, stop):
    """Draw a random start and attempt `sweeps` flips per site, at sites drawn at random."""
    L = len(words)
    for y in range(L):
        for x in range(L):
            words[y, x], a, b = random_bits(a, b)
    for _ in range(sweeps):
        if stop[0]:
            return
        for _ in range(L * L):
            r, a, b = random_bits(a, b)
            y = int((r >> U(32)) * U(L) >> U(32))
            x = int((r & U(0xFFFFFFFF)) * U(L) >> U(32))
            flips, a, b = accepted_flips(
                words[y, x],
                words[y - 1 if y > 0 else L - 1, x],
                words[y + 1 if y < L - 1 else 0, x],
                words[y, x - 1 if x > 0 else L - 1],
                words[y, x + 1 if x < L - 1 else 0],
                planes4,
                planes_change,
                a,
                b,
            )
            words[y, x] ^= flips
