"""Parts that the kernels share: random bits, the torus, clusters, multi-spin coding.

Multi-spin coding keeps 64 replicas of a lattice in one array of uint64: bit r of the word at a
site is that site's spin (1 = up) in replica r, and one logical operation updates all 64
(Creutz, Jacobs, Rebbi 1979; Zorn, Herrmann, Rebbi 1981).
"""

import numpy as np

from ai4mat_ising.packing import packed_length
from ai4mat_ising.sampling.kernel import kernel

U = np.uint64  # in numba a shift by a plain integer would turn uint64 into int64
REPLICAS = 64


@kernel
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


@kernel
def join(parent, i, j):
    """Join the clusters of i and j; a parent has the smaller number, a root its own.

    Rem's algorithm with splicing (Dijkstra 1976; Patwary, Blair, Manne 2010): climb from both
    until the parents agree, each step from the larger one, which is replaced by the other.
    """
    while parent[i] != parent[j]:
        if parent[i] < parent[j]:
            i, j = j, i
        larger = parent[i]
        parent[i] = parent[j]
        i = larger


@kernel
def seeded(seed, stream):
    """Return the state of `random_bits` for one of many streams of a seed, numbered by uint64.

    The states are mixed by the finaliser of splitmix64 (Steele, Lea, Flood 2014).
    """
    z = seed + stream * U(0xD1342543DE82EF95)
    return _mixed(z + U(0x9E3779B97F4A7C15)), _mixed(z + U(0x3C6EF372FE94F82A))


@kernel
def _mixed(z):
    z = (z ^ (z >> U(30))) * U(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> U(27))) * U(0x94D049BB133111EB)
    return z ^ (z >> U(31))


def threshold(probability):
    """Return the threshold below which a uniform uint64 lies with this probability."""
    # the largest float64 below 2^64 stands for 1, which is 1e-16 too little
    return np.minimum(np.ldexp(probability, 64), np.nextafter(2.0**64, 0)).astype(np.uint64)


def bonds_of_sites(L):
    """Return neighbours and bonds of each site, int32 (2, N, 4): right, down, left, up.

    Bond 2i leads from site i to the right, bond 2i + 1 down.
    """
    site = np.arange(L * L).reshape(L, L)
    left, up = np.roll(site, 1, axis=1), np.roll(site, 1, axis=0)
    neighbours = [np.roll(site, -1, axis=1), np.roll(site, -1, axis=0), left, up]
    bonds = [2 * site, 2 * site + 1, 2 * left, 2 * up + 1]
    return np.array([neighbours, bonds], dtype=np.int32).reshape(2, 4, -1).transpose(0, 2, 1).copy()


def acceptance_planes(T):
    """Return digits of acceptance probabilities for `accepted_flips`; T of any length."""
    T = np.resize(T, REPLICAS)  # replicas that nobody asked for repeat the others'
    planes4, planes8 = (_bit_planes(threshold(np.exp(-cost / T))) for cost in (4, 8))
    return planes4, planes4 ^ planes8


def _bit_planes(thresholds):
    """Transpose 64 thresholds: bit r of plane k is digit k, the highest first, of threshold r."""
    places = np.arange(64, dtype=np.uint64)
    digits = thresholds >> places[::-1, None] & U(1)
    return (digits << places).sum(axis=1, dtype=np.uint64)


@kernel
def accepted_flips(spin, up, down, left, right, planes4, planes_change, a, b):
    """Decide by Metropolis which spins of a word flip (bit 1), given their neighbours.

    planes4 holds the probabilities exp(-4/T) of the replicas, planes4 ^ planes_change their
    exp(-8/T). A flip is accepted where a uniform number is below; both are compared digit by
    digit, in all replicas at once, until every comparison is decided: after 7 digits on average.
    """
    undecided, four = costs(spin, up, down, left, right)
    accepted = ~undecided
    digit = 0
    while undecided != U(0) and digit < 64:
        r, a, b = random_bits(a, b)
        p = planes4[digit] ^ (four & planes_change[digit])
        accepted, undecided = compared(accepted, undecided, p, r)
        digit += 1
    return accepted, a, b


@kernel
def costs(spin, up, down, left, right):
    """Return where a flip costs energy (4 or 8), and where all neighbours are parallel (8)."""
    up, down, left, right = ~(spin ^ up), ~(spin ^ down), ~(spin ^ left), ~(spin ^ right)
    vertical, horizontal = up & down, left & right
    three = (vertical & (left | right)) | (horizontal & (up | down))
    return three, vertical & horizontal


@kernel
def compared(accepted, undecided, p, r):
    """Return `accepted` and `undecided` after a digit of probabilities and uniform numbers."""
    return accepted | (undecided & p & ~r), undecided & ~(p ^ r)


def pack_words(words):
    """Pack words (n, L, L) as `pack_spins` packs configurations, (64 n, ceil(L^2 / 8))."""
    n, L, _ = words.shape
    packed = np.empty((REPLICAS * n, packed_length(L)), dtype=np.uint8)
    _pack(words.reshape(n, L * L), packed)
    return packed


@kernel
def _pack(words, packed):
    n, sites = words.shape
    length = packed.shape[1]
    block = np.empty(64, dtype=np.uint64)
    for k in range(n):
        for first in range(0, sites, 64):
            for place in range(64):
                site = first + (place ^ 7)  # a byte begins with its highest bit
                block[place] = words[k, site] if site < sites else U(0)
            _transpose(block)
            start = first // 8
            for replica in range(REPLICAS):
                for i in range(min(8, length - start)):
                    packed[REPLICAS * k + replica, start + i] = block[replica] >> U(8 * i) & U(255)


@kernel
def _transpose(block):
    """Exchange bit i of word j with bit j of word i, for 64 words (Warren, Hacker's Delight)."""
    width, mask = 32, U(0xFFFFFFFF)
    while width > 0:
        k = 0
        while k < 64:
            t = (block[k] >> U(width) ^ block[k | width]) & mask
            block[k] ^= t << U(width)
            block[k | width] ^= t
            k = (k | width) + 1 & ~width
        width >>= 1
        mask ^= mask << U(width)
