"""Wolff's cluster update on lattices of up to 64 columns, with a whole row in each word.

The update is that of `cluster`, bit x of a row being its spin at column x (1 = up). A row's bonds
are drawn all at once, the first time that the cluster reaches it.
"""

import numpy as np
from numba import njit

from ai4mat_ising.sampling.bits import U, random_bits

COLUMNS = 64


def unpack_rows(rows):
    """Spins int8 of -1/+1, shape (n, L, L), from rows uint64 (n, L)."""
    n, L = rows.shape
    octets = rows.astype("<u8").view(np.uint8).reshape(n, L, 8)
    return (2 * np.unpackbits(octets, axis=2, count=L, bitorder="little") - 1).view(np.int8)


@njit(nogil=True)
def grow_chain(kept, p, warmup, spacing, a, b, stop):
    """Fill kept, uint64 (n, L), from all spins up; bonds are open with probability p / 2^64."""
    L = kept.shape[1]
    rows = np.full(L, ~U(0) >> U(64 - L))
    cluster, reached, across, below = np.empty((4, L), dtype=np.uint64)
    stack = np.empty(L, dtype=np.int64)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            a, b = _grow(rows, cluster, reached, across, below, stack, p, a, b)
            for y in range(L):
                rows[y] ^= cluster[y]
        kept[k] = rows


@njit(nogil=True)
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
            across[y], a, b = _open_bonds(rows[y], _rotated(rows[y], 1, L), L, p, a, b)
        for top, bottom in ((previous, y), (y, following)):
            if not drawn_below >> U(top) & U(1):
                drawn_below |= U(1) << U(top)
                below[top], a, b = _open_bonds(rows[top], rows[bottom], L, p, a, b)
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


@njit(nogil=True)
def _open_bonds(spins, neighbours, L, p, a, b):
    """Open the bonds between parallel spins with probability p / 2^64 each.

    Compares a uniform number to p for every column at once, digit by digit.
    """
    undecided = ~(spins ^ neighbours) & (~U(0) >> U(64 - L))
    opened = U(0)
    digit = 64
    while undecided != U(0) and digit > 0:
        digit -= 1
        r, a, b = random_bits(a, b)
        if p >> U(digit) & U(1):
            opened |= undecided & ~r
            undecided &= r
        else:
            undecided &= ~r
    return opened, a, b


@njit(nogil=True)
def _rotated(row, columns, L):
    """The periodic row moved by 0 < columns < L to higher x."""
    return (row << U(columns) | row >> U(L - columns)) & (~U(0) >> U(64 - L))


@njit(nogil=True)
def _spread(reached, across, L):
    """All sites of a row that bonds connect to those reached: by 1, 2, 4, ... columns each way."""
    for forward in (True, False):
        bonds = across if forward else _rotated(across, L - 1, L)
        columns = 1
        while columns < L and bonds != U(0):
            move = columns if forward else L - columns
            reached |= _rotated(reached, move, L) & bonds
            bonds &= _rotated(bonds, move, L)
            columns *= 2
    return reached
