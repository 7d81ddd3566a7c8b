"""Quenches: random-site Metropolis from a random start for a given time; not equilibrium.

The kernel advances 64 replicas in one word (multi-spin coding, see `bits`). They share the order
in which sites are visited; their spins and the random bits that accept a flip are independent.
"""

import numpy as np
from numba import njit

from ai4mat_ising.sampling.bits import REPLICAS, U, bit_planes, random_bits, threshold, unpack


def quench_chunk(L, T, sweeps, seeds, stop):
    """Quench up to 64 replicas, one for each temperature in T; int8 (len(T), L, L)."""
    lanes = np.resize(T, REPLICAS)  # replicas that nobody asked for repeat the others'
    planes4 = bit_planes(threshold(np.exp(-4 / lanes)))
    planes8 = bit_planes(threshold(np.exp(-8 / lanes)))
    words = np.empty((L, L), dtype=np.uint64)
    _quench(words, sweeps, planes4, planes4 ^ planes8, *seeds.generate_state(2, np.uint64), stop)
    return unpack(words)[: len(T)]


@njit(nogil=True)
def _quench(words, sweeps, planes4, planes_change, a, b, stop):
    """Draw a random start and attempt `sweeps` flips per site, at sites drawn at random.

    planes4 holds the probabilities exp(-4/T) of the replicas, planes4 ^ planes_change their
    exp(-8/T). A flip is accepted where a uniform number is below; both are compared digit by
    digit, in all replicas at once, until every comparison is decided: after 7 digits on average.
    """
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
            spin = words[y, x]
            up = ~(spin ^ words[y - 1 if y > 0 else L - 1, x])  # 1 where the two are parallel
            down = ~(spin ^ words[y + 1 if y < L - 1 else 0, x])
            left = ~(spin ^ words[y, x - 1 if x > 0 else L - 1])
            right = ~(spin ^ words[y, x + 1 if x < L - 1 else 0])
            four = up & down & left & right  # a flip costs 8
            undecided = (up & down & (left | right)) | (left & right & (up | down))  # 4 or 8
            accepted = ~undecided
            digit = 0
            while undecided != U(0) and digit < 64:
                r, a, b = random_bits(a, b)
                p = planes4[digit] ^ (four & planes_change[digit])
                accepted |= undecided & p & ~r
                undecided &= ~(p ^ r)
                digit += 1
            words[y, x] = spin ^ accepted
