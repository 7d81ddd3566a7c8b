"""Wolff's cluster update on lattices of up to 64 columns, with a row in each word.

The update is that of `cluster`. A row's bonds are drawn all at once, the first time that the
cluster reaches it.
"""

import numpy as np

from ai4mat_ising.sampling.bits import U, random_bits
from ai4mat_ising.sampling.kernel import kernel
from ai4mat_ising.sampling.rows import full_row, open_bonds, rotated


@kernel
def grow_chain(kept, p, warmup, spacing, a, b, stop):
    """Fill kept, uint64 (n, L), from all spins up; bonds are open with probability p / 2^64."""
    L = kept.shape[1]
    rows = np.full(L, full_row(L))
    cluster, reached = np.empty_like(rows), np.empty_like(rows)
    across, below = np.empty_like(rows), np.empty_like(rows)
    stack = np.empty(L, dtype=np.int64)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            a, b = _grow(rows, cluster, reached, across, below, stack, p, a, b)
            for y in range(L):
                rows[y] ^= cluster[y]
        for y in range(L):  # as one assignment it takes numba longer to compile
            kept[k, y] = rows[y]


@kernel
def _grow(rows, cluster, reached, across, below, stack, p, a, b):
    """Grow the cluster of a random site, row by row.

    Bit x of row y is set in `cluster` if the site belongs to it, in `reached` if the neighbours
    along the row are still to be looked at (such rows wait on the stack), in `across` if it has
    a bond to column x - 1, in `below` if it has one to row y + 1.
    """
    L = len(rows)
    cluster[:] = U(0)
    reached[:] = U(0)
    drawn_across, drawn_below = U(0), U(0)  # bit y: the bonds of row y are known
    r, a, b = random_bits(a, b)
    stack[0] = (r >> U(32)) * U(L) >> U(32)
    reached[stack[0]] = U(1) << ((r & U(0xFFFFFFFF)) * U(L) >> U(32))
    size = 1
    while size > 0:
        size -= 1
        y = stack[size]
        previous, following = y - 1 if y > 0 else L - 1, y + 1 if y < L - 1 else 0
        if not drawn_across >> U(y) & U(1):
            drawn_across |= U(1) << U(y)
            across[y], a, b = open_bonds(rows[y], rotated(rows[y], 1, L), L, p, a, b)
        for top, bottom in ((previous, y), (y, following)):
            if not drawn_below >> U(top) & U(1):
                drawn_below |= U(1) << U(top)
                below[top], a, b = open_bonds(rows[top], rows[bottom], L, p, a, b)
        new = _spread(reached[y], across[y], L)
        cluster[y] |= new
        reached[y] = U(0)
        for other, bonds in ((previous, below[previous]), (following, below[y])):
            step = new & bonds & ~cluster[other]
            if step != U(0):
                if reached[other] == U(0):
                    stack[size] = other
                    size += 1
                reached[other] |= step
    return a, b


@kernel
def _spread(reached, across, L):
    """Return all sites of a row that bonds connect to those reached, column by column."""
    to_the_left = rotated(across, L - 1, L)
    while True:
        right = rotated(reached, 1, L) & across
        left = rotated(reached, L - 1, L) & to_the_left
        if (left | right) & ~reached == U(0):
            return reached
        reached |= left | right
