"""Rates of the Monte Carlo samplers on one thread, against mcising's; `nb20` times a whole set."""

import time

import numpy as np

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.observables import autocorrelation_time, energy_per_spin, magnetization
from ai4mat_ising.sampling import sample_chain, sample_quench
from benchmarks import Row, in_turn, peers

L, TC = 40, critical_temperature()
# Metropolis, which forgets slowly at Tc, is neither side's best algorithm there.
ALGORITHMS = {"swendsen-wang": "swendsen_wang", "wolff": "wolff"}  # our names and mcising's
UPDATES = 20_000
CHAINS = 4  # as long, for autocorrelation times that are known to 3 %

REPLICAS = {"L": 64, "T": 2.269, "sweeps": 64, "replicas": 1024}


def rows():
    """Yield one row per rate; compilation and warm-up are not in it."""
    rates = {algorithm: updates_per_second(algorithm) for algorithm in ALGORITHMS}
    yield swendsen_wang(rates)
    yield independent_samples(rates)
    yield many_replicas(**REPLICAS)


def updates_per_second(algorithm):
    """Updates of a chain at Tc per second, ours and mcising's."""

    def ours(updates=UPDATES):
        start = time.perf_counter()
        sample_chain(L, TC, 2, algorithm=algorithm, spacing=updates, seed=0)
        return updates / (time.perf_counter() - start)

    def peer():
        result = peers.run(
            "mcising", "chain", L=L, T=TC, algorithm=ALGORITHMS[algorithm], updates=UPDATES
        )
        return UPDATES / result["seconds"]

    ours(updates=1)  # compiles
    return in_turn(ours, peer)


def swendsen_wang(rates):
    """Site updates of Swendsen and Wang's algorithm."""
    ours, peer = (L**2 * rate / 1e6 for rate in rates["swendsen-wang"])
    return Row(
        f"Swendsen-Wang, L={L}, Tc: sample_chain, mcising", ours, peer, goal=2.5, unit="M sites/s"
    )


def independent_samples(rates):
    """Updates per millisecond over two autocorrelation times; each side's better algorithm."""
    times = {algorithm: autocorrelation_times(algorithm) for algorithm in ALGORITHMS}
    sides, remarks = [], []
    for side, who in enumerate(("ours", "mcising")):
        samples = {a: rates[a][side] / (2e3 * times[a][side]) for a in ALGORITHMS}
        best = max(samples, key=samples.get)
        sides.append(samples[best])
        remarks.append(f"{who}: {best}, autocorrelation time {times[best][side]:.2f} updates")
    return Row(
        f"independent samples, L={L}, Tc: sample_chain, mcising",
        *sides,
        goal=3.5,
        unit="samples/ms",
        remark="; ".join(remarks),
    )


def autocorrelation_times(algorithm):
    """Autocorrelation time at Tc in updates, ours and mcising's."""
    series = []
    for seed in range(CHAINS):
        spins = sample_chain(L, TC, UPDATES, algorithm=algorithm, warmup=100, seed=seed)
        series.append((energy_per_spin(spins), magnetization(spins)))
    peer = peers.run(
        "mcising",
        "series",
        L=L,
        temperatures=[TC],
        threads=1,
        warmup=100,
        algorithms=[ALGORITHMS[algorithm]],
        updates=CHAINS * UPDATES,
    )
    return slowest(*zip(*series)), slowest(peer["energy"], peer["magnetization"])


def slowest(energies, magnetizations):
    """The larger autocorrelation time of energy and |m|; 1/2 where nothing ever changes."""
    times = [autocorrelation_time(series) for series in (energies, np.abs(magnetizations))]
    return np.nanmax([0.5, *times])


def many_replicas(L, T, sweeps, replicas):
    """Metropolis sweeps per millisecond of many replicas that start from random spins."""

    def ours(sweeps=sweeps):
        start = time.perf_counter()
        sample_quench(L, T, replicas, sweeps=sweeps, seed=0, workers=1)
        return replicas * sweeps / (time.perf_counter() - start) / 1e3

    def peer():
        result = peers.run("mcising", "quench", L=L, T=T, sweeps=sweeps, replicas=replicas)
        return replicas * sweeps / result["seconds"] / 1e3

    ours(sweeps=1)  # compiles
    return Row(
        f"Metropolis, L={L}, T={T}: sample_quench, mcising",
        *in_turn(ours, peer),
        goal=10,
        unit="sweeps/ms",
        remark=f"{replicas} replicas, {sweeps} sweeps each; ours at random sites, "
        "mcising row by row, which draws no sites",
    )
