"""Measures the autocorrelation times and costs that the formulas of `sampling.schedule` follow.

For maintainers, after a change of a kernel or of a formula:

    python tools/measure_autocorrelation.py

It takes about three minutes on two cores, and prints a table for each L, in which the chosen
sampler has a star, and then what is wrong. The formulas must not underestimate a time. The times
are known to about 5 %, where it is so cold that changes are rare only to 30 %: LENGTH decides. Of
costs only the ratios of the samplers matter.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import numba
import numpy as np

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.observables import autocorrelation_time, energy_per_spin, magnetization
from ai4mat_ising.packing import unpack_spins
from ai4mat_ising.progress import progress_bar
from ai4mat_ising.sampling import schedule
from ai4mat_ising.sampling.bits import REPLICAS
from ai4mat_ising.sampling.metropolis import metropolis_chunk

NAMES = ("Metropolis", "Wolff", "Swendsen-Wang")
SIZES = (4, 6, 8, 12, 16, 24, 32, 40, 48, 64)
TEMPERATURES = (
    0.5,
    1.0,
    1.5,
    1.75,
    2.0,
    2.1,
    2.15,
    2.2,
    2.25,
    critical_temperature(),
    2.3,
    2.35,
    2.4,
    2.5,
    2.6,
    2.75,
    3.0,
    3.5,
    4.0,
    6.0,
    10.0,
    20.0,
)
# How long the chains of a measurement are, in the formula's autocorrelation times.
LENGTH = 10_000
CHAINS = 4


def main():
    points = [(L, T) for L in SIZES for T in TEMPERATURES]
    measure(4, 2.0)  # compiles
    with ThreadPoolExecutor(numba.config.NUMBA_NUM_THREADS) as threads:
        with progress_bar(len(points), desc="measuring", unit="point") as bar:
            results = []
            for result in threads.map(measure, *zip(*points)):
                results.append(result)
                bar.update()
    for L in SIZES:
        print_table(L, [(T, result) for (size, T), result in zip(points, results) if size == L])
    print_faults(points, results)


def measure(L, T):
    """Rows of time, formula's time, cost and formula's cost, with a column for each sampler."""
    at = np.array(T)
    return np.array(
        [
            [autocorrelation_in_updates(sampler, L, T) for sampler in schedule.SAMPLERS],
            schedule.autocorrelation_times(L, at),
            [nanoseconds_per_site(sampler, L, T) for sampler in schedule.SAMPLERS],
            schedule.nanoseconds_per_site(L, at),
        ]
    )


def autocorrelation_in_updates(sampler, L, T, *, length=LENGTH):
    """The larger autocorrelation time of energy and ``|m|``; NaN if they never change.

    Configurations are a quarter of the formula's time apart. If the correlations outlast the
    chains by far, which are as long as many of the formula's times, the result is infinite.
    """
    number = schedule.SAMPLERS.index(sampler)
    formula = float(schedule.autocorrelation_times(L, np.array(T))[number])
    spacing, warmup = max(1, int(formula / 4)), int(schedule.WARMUP * formula)
    lanes = REPLICAS if sampler is metropolis_chunk else 1
    steps = int(length * formula / spacing / lanes / CHAINS)
    series = np.empty((2, CHAINS, steps, lanes))
    for chain, seeds in enumerate(np.random.SeedSequence(0).spawn(CHAINS)):
        packed = sampler(L, np.full(steps * lanes, T), warmup, spacing, seeds, np.zeros(1, bool))
        spins = unpack_spins(packed, L)
        series[0, chain] = energy_per_spin(spins).reshape(steps, lanes)
        series[1, chain] = np.abs(magnetization(spins)).reshape(steps, lanes)
    try:
        return spacing * max(
            autocorrelation_time(x.swapaxes(1, 2).reshape(-1, steps)) for x in series
        )
    except ValueError:
        return np.inf


def nanoseconds_per_site(sampler, L, T):
    """Processor time of an update; for Metropolis, of each replica."""
    updates, seconds, seeds = 16, 0, np.random.SeedSequence(0)
    while seconds < 0.02:
        updates *= 4
        start = time.thread_time()
        sampler(L, np.full(1, T), updates, 1, seeds, np.zeros(1, dtype=bool))
        seconds = time.thread_time() - start
    return 1e9 * seconds / updates / L**2 / (REPLICAS if sampler is metropolis_chunk else 1)


def print_table(L, results):
    print(
        f"\nL = {L}: autocorrelation time in updates (formula / measured),",
        "cost in ns per site and update (formula / measured)",
    )
    print("       T" + "".join(f"{name:>34s} " for name in NAMES))
    for T, result in results:
        print(f"{T:8.4g}", end="")
        for number, (tau, tau_formula, cost, cost_formula) in enumerate(result.T):
            print(f"{tau:10.3g} ({tau_formula / tau:4.2f})", end=" ")
            print(
                f"{cost:8.3g} ({cost_formula / cost:4.2f})",
                end=" *" if number == chosen(L, T) else "  ",
            )
        print()


def print_faults(points, results):
    """Where a time is underestimated, and where it is too long by far although it is used."""
    print()
    for (L, T), result in zip(points, results):
        for number, (tau, formula, *_) in enumerate(result.T):
            where = f"{NAMES[number]} at L = {L}, T = {T:.4g}, {formula / tau:.2f} of the measured"
            if formula < tau:
                print("underestimated:", where)
            if formula > 2 * tau and number == chosen(L, T):
                print("too long:", where)


def chosen(L, T):
    return schedule.choose(L, np.array([T]))[0][0]


if __name__ == "__main__":
    main()
