"""Lattice rows of up to 64 spins in one word, and what cluster updates on them share.

Bit x of a row is its spin at column x (1 = up); bits from L on are 0.
"""

import numpy as np

from ai4mat_ising.sampling.bits import U, random_bits
from ai4mat_ising.sampling.kernel import kernel

COLUMNS = 64


def pack_rows(rows):
    """Pack rows uint64 (n, L) as `pack_spins` packs configurations."""
    n, L = rows.shape
    octets = rows.astype("<u8").view(np.uint8).reshape(n, L, 8)
    bits = np.unpackbits(octets, axis=2, count=L, bitorder="little")
    return np.packbits(bits.reshape(n, L * L), axis=1)


@kernel
def full_row(L):
    """Return a row of which every spin is up."""
    return ~U(0) >> U(64 - L)


@kernel
def rotated(row, columns, L):
    """Return the periodic row moved by 0 < columns < L to higher x."""
    return (row << U(columns) | row >> U(L - columns)) & full_row(L)


@kernel
def open_bonds(spins, neighbours, L, p, a, b):
    """Open the bonds between parallel spins with probability p / 2^64 each.

    Compares a uniform number to p for every column at once, digit by digit.
    """
    undecided = ~(spins ^ neighbours) & full_row(L)
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
