"""The table of the chapter on learning from the energy: gap against seconds, beside data.

The gap of the energy's training is D(q || p), that of the training from data D(p || q). The peer is
the network of Wu, Wang and Zhang in `van`. It trains for as many seconds as our plain one, and on
8 x 8 spins also for as many steps as published; ``python -m benchmarks.van 16`` does so on 16 x 16.
"""

import time
from functools import partial

from ai4mat_ising.generation import (
    AutoregressiveGenerator,
    HierarchicalGenerator,
    fit_energy,
    nats_above_entropy,
)
from ai4mat_ising.sampling import sample_equilibrium
from benchmarks import van
from benchmarks.gap import TC, print_head, print_row

ITERATIONS = {8: 300, 16: 1000, 32: 600}
PLAIN = {8: 600, 16: 2000}
TRIAL = 30  # steps of the peer that are timed to tell how many fit
DATA = 20_000


def print_table():
    """Train and measure; a line is printed as soon as it is known. Takes a quarter of an hour."""
    print_head()
    for L, iterations in ITERATIONS.items():
        train = partial(fit_energy, T=TC, iterations=iterations)
        print_row(f"hierarchical, L = {L}", HierarchicalGenerator(L), train)
    for L, iterations in PLAIN.items():
        train = partial(fit_energy, T=TC, iterations=iterations, lr=0.005)
        seconds = print_row(f"plain, L = {L}", AutoregressiveGenerator(L), train)
        train = partial(van.train, steps=van_steps(seconds, L))
        print_row(f"VAN in the plain one's seconds, L = {L}", van.VAN(L), train)
    print_row("VAN as published, L = 8", van.VAN(8), van.train)
    for L in ITERATIONS:
        data = sample_equilibrium(L, TC, DATA, seed=1)
        start = time.perf_counter()
        generator = HierarchicalGenerator(L).fit(data)
        seconds = time.perf_counter() - start
        nats = nats_above_entropy(generator, sample_equilibrium(L, TC, DATA, seed=2), TC)
        print(f"{f'hierarchical from data, L = {L}':44s} {seconds:8.0f} {nats!s:>12s}", flush=True)


def van_steps(seconds, L):
    """Return how many steps of the peer's training fit into so many seconds."""
    network = van.VAN(L)
    van.train(network, TRIAL)  # warms up
    start = time.perf_counter()
    van.train(network, TRIAL)
    return round(seconds * TRIAL / (time.perf_counter() - start))
