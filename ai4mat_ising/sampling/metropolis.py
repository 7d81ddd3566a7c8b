"""Checkerboard Metropolis of 64 replicas in one word: fast wherever correlations are short.

No two sites of one colour are neighbours, so their order does not matter; L must be even. They lie
side by side in memory, so that one instruction can serve the words of several sites. The replicas
are independent: unlike in `quench`, no random order is shared.

In some configurations, stripes among them, every flip costs nothing. Metropolis accepts them all,
and the checkerboard would flip such a lattice to and fro forever. So each replica leaves out one
row in eight, drawn anew every time: without that the chain is not ergodic.
"""

import numpy as np

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.sampling.bits import (
    REPLICAS,
    U,
    acceptance_planes,
    compared,
    costs,
    pack_words,
    random_bits,
)
from ai4mat_ising.sampling.kernel import kernel

# Sites in the rows whose words are updated together: more would need more digits, fewer would not
# fill the instructions.
TOGETHER = 128


def metropolis_chunk(L, T, warmup, spacing, seeds, stop):
    """Draw a packed configuration for each temperature in T, all equal if more than 64.

    Replicas start in order below the critical temperature, else at random.
    """
    kept = _keep(-(-len(T) // REPLICAS), L, T, warmup, spacing, seeds, stop)
    return pack_words(kept)[: len(T)]


def metropolis_chain(L, T, warmup, spacing, seeds, stop):
    """Follow one replica through time, at the one temperature that T repeats; packed."""
    kept = _keep(len(T), L, T, warmup, spacing, seeds, stop)
    return np.packbits((kept & U(1)).astype(bool).reshape(len(T), L * L), axis=1)


def _keep(rounds, L, T, warmup, spacing, seeds, stop):
    """Return words of replicas at so many times, uint64 (rounds, L, L)."""
    kept = np.empty((rounds, L, L), dtype=np.uint64)
    cold = np.resize(T < critical_temperature(), REPLICAS)
    ordered = np.packbits(cold, bitorder="little").view("<u8").astype(np.uint64)[0]
    rows = min(L, max(1, TOGETHER // L))
    states = seeds.generate_state(rows * L, np.uint64).reshape(2, rows * L // 2)
    _metropolis(kept, ordered, warmup, spacing, *acceptance_planes(T), *states, stop)
    return kept


@kernel
def _metropolis(kept, ordered, warmup, spacing, planes4, planes_change, a, b, stop):
    """Keep the words after `warmup` sweeps and then after every `spacing`.

    The word of a site (y, x) is ``words[colour, y, x // 2]`` with ``colour = (x + y) % 2``; a and b
    are the states of as many random streams as words are updated together.
    """
    L = kept.shape[1]
    words = np.empty((2, L, L // 2), dtype=np.uint64)
    for colour in range(2):
        for y in range(L):
            for i in range(L // 2):
                r, a[i], b[i] = random_bits(a[i], b[i])
                words[colour, y, i] = r | ordered
    memory = np.empty((6, len(a)), dtype=np.uint64)
    rows = len(a) // (L // 2)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            for colour in range(2):
                for y in range(0, L, rows):
                    _update(
                        words, colour, y, min(y + rows, L), planes4, planes_change, a, b, memory
                    )
        for y in range(L):
            for x in range(L):
                kept[k, y, x] = words[(x + y) & 1, y, x >> 1]


@kernel
def _update(words, colour, first, end, planes4, planes_change, a, b, memory):
    """Update the sites of one colour in the rows from `first` to before `end`."""
    half = words.shape[2]
    up, down, beside = memory[0], memory[1], memory[2]
    accepted, undecided, four = memory[3], memory[4], memory[5]
    _gather(words[1 - colour], colour, first, end, up, down, beside)
    spins = words[colour, first:end].reshape(-1)
    here = words[1 - colour, first:end].reshape(-1)
    for i in range(len(spins)):
        undecided[i], four[i] = costs(spins[i], up[i], down[i], here[i], beside[i])
        accepted[i] = ~undecided[i]
    _decide(accepted, undecided, four, len(spins), planes4, planes_change, a, b)
    for row in range(end - first):
        r1, a[0], b[0] = random_bits(a[0], b[0])
        r2, a[0], b[0] = random_bits(a[0], b[0])
        r3, a[0], b[0] = random_bits(a[0], b[0])
        taking_part = r1 | r2 | r3  # 7 replicas out of 8
        for i in range(row * half, (row + 1) * half):
            spins[i] ^= accepted[i] & taking_part


@kernel
def _gather(others, colour, first, end, up, down, beside):
    """Gather the neighbours of a colour but for those in the same row with the same index."""
    L, half = others.shape
    for y in range(first, end):
        start = (y - first) * half
        above, below = y - 1 if y > 0 else L - 1, y + 1 if y < L - 1 else 0
        for i in range(half):
            up[start + i], down[start + i] = others[above, i], others[below, i]
        if (y + colour) & 1:
            beside[start + half - 1] = others[y, 0]
            for i in range(half - 1):
                beside[start + i] = others[y, i + 1]
        else:
            beside[start] = others[y, half - 1]
            for i in range(half - 1):
                beside[start + i + 1] = others[y, i]


@kernel
def _decide(accepted, undecided, four, n, planes4, planes_change, a, b):
    """Decide as `accepted_flips` does, for n words, each with a random stream.

    A loop as plain as this one is compiled into instructions for several words at a time.
    """
    remaining = U(1)
    digit = 0
    while remaining != U(0) and digit < 64:
        remaining = U(0)
        p4, change = planes4[digit], planes_change[digit]
        for i in range(n):
            r, a[i], b[i] = random_bits(a[i], b[i])
            p = p4 ^ (four[i] & change)
            accepted[i], undecided[i] = compared(accepted[i], undecided[i], p, r)
            remaining |= undecided[i]
        digit += 1
