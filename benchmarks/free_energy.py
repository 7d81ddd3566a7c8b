"""The table of the chapter on learning from the energy: gap against seconds, beside data.

The gap of the energy's training is D(q || p), that of the training from data D(p || q).
"""

import time

from ai4mat_ising import exact
from ai4mat_ising.generation import (
    AutoregressiveGenerator,
    HierarchicalGenerator,
    fit_energy,
    log_partition_by_sampling,
    nats_above_entropy,
    nats_above_free_energy,
)
from ai4mat_ising.sampling import sample_equilibrium

TC = exact.critical_temperature()
ITERATIONS = {8: 300, 16: 1000, 32: 600}
PLAIN = {8: 600, 16: 2000}
DATA = 20_000


def print_table():
    """Train and measure; a line is printed as soon as it is known. Takes some minutes."""
    print(f"{'learning from the energy at Tc':44s} {'seconds':>8s} {'nats':>12s} {'ESS':>6s}")
    for L, iterations in ITERATIONS.items():
        print_row(f"hierarchical, L = {L}", HierarchicalGenerator(L), iterations, 0.01)
    for L, iterations in PLAIN.items():
        print_row(f"plain, L = {L}", AutoregressiveGenerator(L), iterations, 0.005)
    for L in ITERATIONS:
        data = sample_equilibrium(L, TC, DATA, seed=1)
        start = time.perf_counter()
        generator = HierarchicalGenerator(L).fit(data)
        seconds = time.perf_counter() - start
        nats = nats_above_entropy(generator, sample_equilibrium(L, TC, DATA, seed=2), TC)
        print(f"{f'hierarchical from data, L = {L}':44s} {seconds:8.0f} {nats!s:>12s}", flush=True)


def print_row(name, generator, iterations, rate):
    start = time.perf_counter()
    fit_energy(generator, TC, iterations=iterations, lr=rate)
    seconds = time.perf_counter() - start
    gap = nats_above_free_energy(generator, TC, n=20_000, seed=1)
    ess = log_partition_by_sampling(generator, TC, n=20_000, seed=2).ess
    print(f"{name:44s} {seconds:8.0f} {gap!s:>12s} {ess:6.3f}", flush=True)
