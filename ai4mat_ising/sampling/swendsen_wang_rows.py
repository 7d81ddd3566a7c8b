"""Swendsen and Wang's cluster update on lattices of up to 64 columns, with a row in each word.

The update is that of `cluster`. Bonds along a row make runs of its sites; the runs of all rows
are numbered, and bonds from row to row join runs, which are fewer than the sites, to clusters.
"""

import numpy as np

from ai4mat_ising.sampling.bits import U, join, random_bits
from ai4mat_ising.sampling.kernel import kernel
from ai4mat_ising.sampling.rows import full_row, open_bonds, rotated


@kernel
def sign_chain(kept, p, warmup, spacing, a, b, stop):
    """Fill kept, uint64 (n, L), from all spins up; bonds are open with probability p / 2^64."""
    L = kept.shape[1]
    rows = np.full(L, full_row(L))
    starts, before = np.empty_like(rows), np.empty(L, dtype=np.int64)
    parent, sign = np.empty(L * L, dtype=np.int64), np.empty(L * L, dtype=np.uint64)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            a, b = _find_runs(rows, starts, before, parent, p, a, b)
            a, b = _join_runs(rows, starts, before, parent, p, a, b)
            a, b = _draw_signs(rows, starts, parent, sign, a, b)
        for y in range(L):  # as one assignment it takes numba longer to compile
            kept[k, y] = rows[y]


@kernel
def _find_runs(rows, starts, before, parent, p, a, b):
    """Cut the rows into runs, each of which is a cluster for the time being.

    Bit x of row y is set in `starts` if a run starts there; `before` it are runs of other rows.
    """
    L, runs = len(rows), 0
    for y in range(L):
        across, a, b = open_bonds(rows[y], rotated(rows[y], 1, L), L, p, a, b)
        starts[y] = (full_row(L) & ~across) | U(1)
        before[y] = runs
        runs += _count(starts[y])
        for run in range(before[y], runs):
            parent[run] = run
        if across & U(1):  # the bond across the edge, from column L - 1 to 0
            parent[runs - 1] = before[y]
    return a, b


@kernel
def _join_runs(rows, starts, before, parent, p, a, b):
    """Join the runs of each row to those of the next."""
    L = len(rows)
    for y in range(L):
        following = y + 1 if y < L - 1 else 0
        bonds, a, b = open_bonds(rows[y], rows[following], L, p, a, b)
        # Next to a bond, where neither row starts a run, another joins the same two.
        bonds &= ~(bonds << U(1)) | starts[y] | starts[following]
        while bonds != U(0):
            columns = bonds ^ (bonds - U(1))  # up to that of the lowest bond
            join(
                parent,
                before[y] + _count(starts[y] & columns) - 1,
                before[following] + _count(starts[following] & columns) - 1,
            )
            bonds &= ~columns
    return a, b


@kernel
def _draw_signs(rows, starts, parent, sign, a, b):
    """Flip each cluster with probability 1/2."""
    run = 0
    for y in range(len(rows)):
        r, a, b = random_bits(a, b)
        flips, left = U(0), starts[y]
        while left != U(0):
            start = left & -left
            left ^= start
            sign[run] = r & start
            sign[run] = sign[parent[run]]  # final already: a parent has the smaller number
            if sign[run] != U(0):
                flips |= (left & -left) - start  # the columns up to the next start
            run += 1
        rows[y] ^= flips & full_row(len(rows))
    return a, b


@kernel
def _count(word):
    """Count the bits that are set: sums of neighbours, which compile to one instruction."""
    word -= word >> U(1) & U(0x5555555555555555)
    word = (word & U(0x3333333333333333)) + (word >> U(2) & U(0x3333333333333333))
    word = word + (word >> U(4)) & U(0x0F0F0F0F0F0F0F0F)
    return np.int64(word * U(0x0101010101010101) >> U(56))
