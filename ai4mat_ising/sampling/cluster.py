"""Cluster updates of Wolff (1989) and of Swendsen and Wang (1987), one configuration at a time.

A cluster is a set of parallel spins joined by bonds, each open with probability
p = 1 - exp(-2/T). Wolff flips the cluster of one random site; Swendsen and Wang give every
cluster of the lattice a random sign. The kernels here go from site to site; `wolff_rows` and
`swendsen_wang_rows` do the same faster where a row fits a word.
"""

import numpy as np

from ai4mat_ising.packing import pack_spins
from ai4mat_ising.sampling.bits import U, bonds_of_sites, join, random_bits, threshold
from ai4mat_ising.sampling.kernel import kernel
from ai4mat_ising.sampling.rows import COLUMNS, pack_rows
from ai4mat_ising.sampling.swendsen_wang_rows import sign_chain
from ai4mat_ising.sampling.wolff_rows import grow_chain


def wolff_chunk(L, T, warmup, spacing, seeds, stop):
    """Draw a chain of configurations at the one temperature that T repeats; packed."""
    return _chain(grow_chain, _wolff, L, T, warmup, spacing, seeds, stop)


def swendsen_wang_chunk(L, T, warmup, spacing, seeds, stop):
    """Draw a chain of configurations at the one temperature that T repeats; packed."""
    return _chain(sign_chain, _swendsen_wang, L, T, warmup, spacing, seeds, stop)


def _chain(of_rows, of_sites, L, T, warmup, spacing, seeds, stop):
    p = threshold(-np.expm1(-2 / T[0]))
    rest = warmup, spacing, *seeds.generate_state(2, np.uint64), stop
    if L <= COLUMNS:
        kept = np.empty((len(T), L), dtype=np.uint64)
        of_rows(kept, p, *rest)
        return pack_rows(kept)
    kept = np.empty((len(T), L * L), dtype=np.int8)
    of_sites(kept, bonds_of_sites(L)[0], p, *rest)
    return pack_spins(kept.reshape(-1, L, L))


@kernel
def _wolff(kept, neighbours, p, warmup, spacing, a, b, stop):
    """Grow and flip clusters from all spins up; keep a configuration after every `spacing`."""
    sites = kept.shape[1]
    spins = np.ones(sites, dtype=np.int8)
    stack = np.empty(sites, dtype=np.int32)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            r, a, b = random_bits(a, b)
            stack[0] = (r >> U(32)) * U(sites) >> U(32)
            old = spins[stack[0]]
            spins[stack[0]] = -old
            size = 1
            while size > 0:
                size -= 1
                site = stack[size]
                for direction in range(4):
                    neighbour = neighbours[site, direction]
                    if spins[neighbour] == old:
                        r, a, b = random_bits(a, b)
                        if r < p:
                            spins[neighbour] = -old
                            stack[size] = neighbour
                            size += 1
        kept[k] = spins


@kernel
def _swendsen_wang(kept, neighbours, p, warmup, spacing, a, b, stop):
    """Give all clusters random signs, from all spins up; keep one configuration in `spacing`."""
    sites = kept.shape[1]
    spins = np.ones(sites, dtype=np.int8)
    parent = np.empty(sites, dtype=np.int32)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            for site in range(sites):
                parent[site] = site
            for site in range(sites):
                for direction in range(2):
                    neighbour = neighbours[site, direction]
                    if spins[neighbour] == spins[site]:
                        r, a, b = random_bits(a, b)
                        if r < p:
                            join(parent, site, neighbour)
            for site in range(sites):
                if parent[site] == site:
                    r, a, b = random_bits(a, b)
                    spins[site] = 1 if r >> U(63) else -1
                else:  # parents have the smaller number, and know their root already
                    parent[site] = parent[parent[site]]
                    spins[site] = spins[parent[site]]
        kept[k] = spins
