"""Exact samples by coupling from the past (Propp and Wilson 1996), without any warm-up.

The chain runs on the bonds of the random-cluster representation (Fortuin and Kasteleyn 1972): a
bond is open or closed, and each cluster of sites joined by open bonds gets one random sign. The
heat bath opens a bond with probability p = 1 - exp(-2/T) if its ends are connected without it,
else with p / (2 - p). With the same random number, opening more bonds elsewhere never closes this
one: chains started at time -t from all bonds open and from all closed enclose every other chain,
and where they have met at time 0 the bonds no longer depend on the start. If they have not, start
earlier with the same random numbers at the same times.

References
----------
J. G. Propp, D. B. Wilson, Random Struct. Algorithms 9, 223 (1996);
C. M. Fortuin, P. W. Kasteleyn, Physica 57, 536 (1972); M. Ullrich, arXiv:1012.3944.
"""

import numpy as np

from ai4mat_ising.packing import pack_spins
from ai4mat_ising.sampling.bits import U, bonds_of_sites, random_bits, seeded, threshold
from ai4mat_ising.sampling.kernel import kernel

# A bond holds two bits, one for each chain.
LOWER, UPPER = 1, 2


def perfect_chunk(L, T, seeds, stop):
    """Draw an exact configuration for each temperature in T; packed."""
    spins = np.empty((len(T), L * L), dtype=np.int8)
    p = -np.expm1(-2 / T)
    seeds = seeds.generate_state(len(T), np.uint64)
    _sample(spins, bonds_of_sites(L), threshold(p / (2 - p)), threshold(p), seeds, stop)
    return pack_spins(spins.reshape(-1, L, L))


@kernel
def _sample(spins, graph, p_apart, p_connected, seeds, stop):
    """Fill spins, int8 (n, N), with one sample for each seed."""
    sites = spins.shape[1]
    bonds = np.empty(2 * sites, dtype=np.uint8)
    queues = np.empty((2, sites), dtype=np.int32)
    marks = np.zeros(sites, dtype=np.int64)  # of the searches: their running numbers
    search = 0
    for k in range(len(spins)):
        start, differing = 1, 1
        while differing > 0:
            start *= 2
            bonds[:] = UPPER
            differing = 2 * sites
            for time in range(start, 0, -1):
                if stop[0]:
                    return
                search, differing = _sweep(
                    bonds,
                    graph,
                    p_apart[k],
                    p_connected[k],
                    seeds[k],
                    time,
                    differing,
                    marks,
                    search,
                    queues,
                )
        _draw_signs(spins[k], bonds, graph, seeds[k], queues[0])


@kernel
def _sweep(bonds, graph, p_apart, p_connected, seed, time, differing, marks, search, queues):
    """Update every bond in turn with the random numbers of this time before the present."""
    a, b = seeded(seed, U(time))
    for bond in range(len(bonds)):
        old = bonds[bond]
        r, a, b = random_bits(a, b)
        if r < p_apart:
            new = LOWER | UPPER
        elif r >= p_connected:
            new = 0
        else:  # open where the ends are connected; the upper chain has all the lower one has
            search += 2
            new = UPPER if _connected(bond, UPPER, bonds, graph, marks, search, queues) else 0
            if new and differing == 0:
                new = LOWER | UPPER
            elif new:
                search += 2
                if _connected(bond, LOWER, bonds, graph, marks, search, queues):
                    new = LOWER | UPPER
        differing += (new == UPPER) - (old == UPPER)
        bonds[bond] = new
    return search, differing


@kernel
def _connected(bond, chain, bonds, graph, marks, search, queues):
    """Tell whether the ends of a bond are connected without it: search from both, in turn."""
    first = bond >> 1
    second = graph[0, first, bond & 1]
    marks[first], marks[second] = search, search + 1
    queues[0, 0], queues[1, 0] = first, second
    head, tail, tail2 = 0, 1, 1
    while head < tail and head < tail2:  # else one end's cluster is known, without the other end
        tail = _expand(queues[0], head, tail, search, search + 1, bond, chain, bonds, graph, marks)
        if tail < 0:
            return True
        tail2 = _expand(
            queues[1], head, tail2, search + 1, search, bond, chain, bonds, graph, marks
        )
        if tail2 < 0:
            return True
        head += 1
    return False


@kernel
def _expand(queue, head, tail, own, other, bond, chain, bonds, graph, marks):
    """Append new neighbours of a queue's site; return its length, or -1 where ends meet."""
    site = queue[head]
    for direction in range(4):
        step = graph[1, site, direction]
        if bonds[step] & chain and step != bond:
            neighbour = graph[0, site, direction]
            if marks[neighbour] == other:
                return -1
            if marks[neighbour] != own:
                marks[neighbour] = own
                queue[tail] = neighbour
                tail += 1
    return tail


@kernel
def _draw_signs(spins, bonds, graph, seed, queue):
    """Give every cluster a random sign."""
    a, b = seeded(seed, U(0))
    spins[:] = 0
    for site in range(len(spins)):
        if spins[site] != 0:
            continue
        r, a, b = random_bits(a, b)
        spins[site] = 1 if r >> U(63) else -1
        queue[0] = site
        head, tail = 0, 1
        while head < tail:
            for direction in range(4):
                neighbour = graph[0, queue[head], direction]
                if bonds[graph[1, queue[head], direction]] and spins[neighbour] == 0:
                    spins[neighbour] = spins[site]
                    queue[tail] = neighbour
                    tail += 1
            head += 1
