"""A line of the table of gaps: what a generator that learned from the energy reached at Tc."""

import time
import warnings

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.generation import log_partition_by_sampling, nats_above_free_energy

TC = critical_temperature()


def print_head():
    print(f"{'learning from the energy at Tc':44s} {'seconds':>8s} {'nats':>12s} {'ESS':>6s}")


def print_row(name, generator, train):
    """Train, measure and print; return the seconds of training."""
    start = time.perf_counter()
    train(generator)
    seconds = time.perf_counter() - start
    gap = nats_above_free_energy(generator, TC, n=20_000, seed=1)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the weights rest on")  # the last column says so
        ess = log_partition_by_sampling(generator, TC, n=20_000, seed=2).ess
    print(f"{name:44s} {seconds:8.0f} {gap!s:>12s} {ess:6.3f}", flush=True)
    return seconds
