"""Planar rotors on the torus, an angle at each site: the XY model, and nematics made from it.

Clusters are those of Swendsen and Wang (1987) in the embedded Ising model of Wolff (1989). Each
update draws an axis at random. The components of the rotors along it act as Ising spins whose
coupling across a bond is the product of the two components; to flip one reflects its rotor.
"""

import numpy as np

from ai4mat_ising.sampling.bits import U, bonds_of_sites, join, random_bits
from ai4mat_ising.sampling.kernel import kernel
from ai4mat_ising.sampling.schedule import CHAIN, SPACING, WARMUP, runs
from ai4mat_ising.slices import slices


def chains_of_rotors(T):
    """Divide samples at temperatures T, shape (n,), into chains at one temperature each."""
    order = np.argsort(T, kind="stable")
    for start, end in runs(T[order]):
        for part in slices(start, end, CHAIN):
            yield order[part]


# Integrated autocorrelation times in updates, measured with this kernel: the largest of L = 8, 16,
# 32 and 64 (they hardly depend on L), and of energy and |m| (mostly the energy).
# T          0.01   0.1   0.2   0.4   0.6   0.8   0.9   1.0   1.1   1.3   1.6   2.0   3.0    10
# measured     61    18    13   9.3   7.0   6.0   6.3   7.4   6.9   5.6   3.5   2.8   2.2   1.7
# formula      62    21    15    11   9.7   8.7   8.3   8.0   7.7   7.3   6.7   6.2   5.5   3.9
# They are long in the cold: unless the axis is nearly perpendicular to the order, all rotors are
# one cluster, which is turned as a whole.
def autocorrelation_time(T):
    """Estimate from above the time of energy and ``|m|``, in updates."""
    return 2 + 6 / np.sqrt(T)


def xy_chunk(L, T, *, seeds, stop):
    """Draw a chain of the XY model at the temperature that T repeats; float32 (len(T), L, L)."""
    return _folded(_xy(L, T, seeds, stop))


def nematic_chunk(L, T, *, seeds, stop):
    """Draw a chain of the nematic at the temperature that T repeats; float32 (len(T), L, L).

    The cosine of twice an angle is the coupling of an XY model of the doubled angles.
    """
    doubled = _xy(L, T, seeds, stop)
    heads = np.random.default_rng(seeds.spawn(1)[0]).integers(2, size=doubled.shape)
    return _folded(doubled / 2 + np.pi * heads)


def _xy(L, T, seeds, stop):
    """Draw angles float64, each configuration turned by a random one, not yet folded."""
    spacing = int(np.ceil(SPACING * autocorrelation_time(T[0])))
    kept = np.empty((len(T), L * L))
    _chain(
        kept,
        bonds_of_sites(L)[0],
        T[0],
        spacing * WARMUP // SPACING,
        spacing,
        *seeds.generate_state(2, np.uint64),
        stop,
    )
    turns = np.random.default_rng(seeds.spawn(1)[0]).uniform(0, 2 * np.pi, (len(T), 1))
    return (kept + turns).reshape(-1, L, L)


def _folded(angles):
    """Return angles in [0, 2 pi), float32."""
    folded = np.mod(angles, 2 * np.pi).astype(np.float32)
    folded[folded >= 2 * np.pi] = 0  # float32 may round up to a full turn
    return folded


@kernel
def _chain(kept, neighbours, T, warmup, spacing, a, b, stop):
    """Update from all angles 0; keep the angles after `warmup`, then after every `spacing`."""
    sites = kept.shape[1]
    x, y, along = np.ones(sites), np.zeros(sites), np.empty(sites)
    parent, flipped = np.empty(sites, dtype=np.int32), np.empty(sites, dtype=np.bool_)
    for k in range(len(kept)):
        for _ in range(spacing if k else warmup):
            if stop[0]:
                return
            u, a, b = _uniform(a, b)
            axis_x, axis_y = np.cos(2 * np.pi * u), np.sin(2 * np.pi * u)
            for site in range(sites):
                along[site] = axis_x * x[site] + axis_y * y[site]
            a, b = _grow_clusters(parent, along, neighbours, T, a, b)
            a, b = _choose_clusters(flipped, parent, a, b)
            for site in range(sites):
                if flipped[site]:
                    x[site] -= 2 * along[site] * axis_x
                    y[site] -= 2 * along[site] * axis_y
        for site in range(sites):
            kept[k, site] = np.arctan2(y[site], x[site])


@kernel
def _grow_clusters(parent, along, neighbours, T, a, b):
    """Join neighbours whose components have one sign with probability 1 - exp(-2 s s' / T)."""
    for site in range(len(parent)):
        parent[site] = site
    for site in range(len(parent)):
        for direction in range(2):
            neighbour = neighbours[site, direction]
            cost = 2 * along[site] * along[neighbour] / T
            if cost > 0:
                u, a, b = _uniform(a, b)
                if u < 1 - np.exp(-cost):
                    join(parent, site, neighbour)
    return a, b


@kernel
def _choose_clusters(flipped, parent, a, b):
    """Toss a coin for every cluster."""
    for site in range(len(parent)):
        if parent[site] == site:
            r, a, b = random_bits(a, b)
            flipped[site] = r >> U(63)
        else:  # parents have the smaller number, and know their root already
            parent[site] = parent[parent[site]]
            flipped[site] = flipped[parent[site]]
    return a, b


@kernel
def _uniform(a, b):
    """Draw a number in [0, 1): the 53 bits that a float64 holds."""
    r, a, b = random_bits(a, b)
    return (r >> U(11)) * 2.0**-53, a, b
