"""Random bits and multi-spin coding, shared by the kernels; no model of its own.

Multi-spin coding keeps 64 replicas of a lattice in one array of uint64: bit r of the word at a
site is that site's spin (1 = up) in replica r, and one logical operation updates all 64.
"""

import numpy as np
from numba import njit

U = np.uint64  # in numba a shift by a plain integer would turn uint64 into int64
REPLICAS = 64


@njit(nogil=True)
def random_bits(a, b):
    """Draw 64 random bits with xoroshiro128++ (Blackman and Vigna, arXiv:1805.01407).

    The state (a, b) is passed in and handed back, so that it stays in registers: write
    ``r, a, b = random_bits(a, b)``.
    """
    r = a + b
    r = ((r << U(17)) | (r >> U(47))) + a
    b ^= a
    a = ((a << U(49)) | (a >> U(15))) ^ b ^ (b << U(21))
    return r, a, (b << U(28)) | (b >> U(36))


def threshold(probability):
    """An event of this probability happens where a uniform uint64 is below the threshold."""
    # the largest float64 below 2^64 stands for 1, which is 1e-16 too little
    return np.minimum(np.ldexp(probability, 64), np.nextafter(2.0**64, 0)).astype(np.uint64)


def bit_planes(thresholds):
    """Transpose 64 thresholds: bit r of plane k is digit k, the highest first, of threshold r."""
    places = np.arange(64, dtype=np.uint64)
    digits = thresholds >> places[::-1, None] & U(1)
    return (digits << places).sum(axis=1, dtype=np.uint64)


def unpack(words):
    """Spins int8 of -1/+1, shape (64, L, L), from the words at the sites, uint64 (L, L)."""
    octets = words.astype("<u8").reshape(-1, 1).view(np.uint8)
    bits = np.unpackbits(octets, axis=1, bitorder="little")
    return (2 * bits.T.astype(np.int8) - 1).reshape(REPLICAS, *words.shape)
