"""Sampled configurations follow Boltzmann's distribution, quenches the MDS-2 data; one seed gives
one result on any number of threads or processes, and Ctrl-C never a part of it."""

import importlib.util
import itertools
import multiprocessing
import os
import pickle
import signal
import threading
import time
import tracemalloc
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, ks_2samp

from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.exact import critical_temperature, energy, heat_capacity
from ai4mat_ising.observables import (
    binder_cumulant,
    bootstrap_error,
    energy_per_spin,
    magnetization,
)
from ai4mat_ising.sampling import (
    bits,
    chunks,
    cluster,
    pack_spins,
    perfect,
    sample_chain,
    sample_equilibrium,
    sample_quench,
    schedule,
    unpack_spins,
)
from ai4mat_ising.sampling.cluster import swendsen_wang_chunk, wolff_chunk
from ai4mat_ising.sampling.metropolis import metropolis_chunk

ROOT = Path(__file__).resolve().parent.parent.parent
TC = critical_temperature()
METHODS = ["cluster", "perfect"]
ALGORITHMS = ["metropolis", "wolff", "swendsen-wang"]


@pytest.fixture
def only(monkeypatch):
    """Let the schedule choose one sampler whatever it costs."""

    def choose(sampler):
        number = schedule.SAMPLERS.index(sampler)
        costs = np.where(np.arange(3) == number, 1.0, np.inf)
        monkeypatch.setattr(
            schedule,
            "nanoseconds_per_site",
            lambda L, T: np.multiply.outer(costs, np.ones(T.shape)),
        )

    return choose


# --- every method against all 65536 configurations of the 4x4 torus --------------------------


def energies_and_magnetizations(spins):
    """E and M of each configuration, as integers."""
    neighbours = np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2)
    return -(spins * neighbours).sum(axis=(1, 2), dtype=int), spins.sum(axis=(1, 2), dtype=int)


def joint_histogram(spins, weights=None):
    E, M = energies_and_magnetizations(spins)
    return np.bincount((E + 32) * 33 + M + 16, weights, minlength=65 * 33)


def all_configurations():
    bits = np.arange(2**16)[:, None] >> np.arange(16) & 1
    return (2 * bits - 1).astype(np.int8).reshape(-1, 4, 4)


def probability_of_a_larger_chi_square(spins, T):
    """Bins of E and M in which fewer than 5 are expected count as one."""
    everything = all_configurations()
    E, _ = energies_and_magnetizations(everything)
    expected = joint_histogram(everything, np.exp(-(E + 32) / T))
    expected *= len(spins) / expected.sum()
    observed = joint_histogram(spins)
    rare = expected < 5
    expected = np.append(expected[~rare], max(expected[rare].sum(), 1e-300))
    observed = np.append(observed[~rare], observed[rare].sum())
    if expected[-1] < 1:  # too rare for a chi-square, but they must not pile up either
        assert observed[-1] < 10
        expected, observed = expected[:-1], observed[:-1]
    return chi2.sf(((observed - expected) ** 2 / expected).sum(), len(expected) - 1)


def assert_boltzmann(spins, T):
    assert probability_of_a_larger_chi_square(spins, T) > 1e-3
    assert np.abs(deviations_from_kaufman(spins, T)).max() < 4  # sharper on these two numbers


@pytest.mark.slow
@pytest.mark.parametrize("T", [1.5, TC, 4.0])
def test_perfect_sampling_follows_boltzmann_in_energy_and_magnetization(T):
    spins = sample_equilibrium(4, T, 100_000, seed=1, method="perfect")
    assert_boltzmann(spins, T)


@pytest.mark.slow
@pytest.mark.parametrize("T", [1.5, TC, 4.0, 20.0])
@pytest.mark.parametrize("sampler", schedule.SAMPLERS)
def test_every_chain_follows_boltzmann_in_energy_and_magnetization(sampler, T, only):
    only(sampler)
    spins = sample_equilibrium(4, T, 200_000, seed=2)
    assert_boltzmann(spins, T)


@pytest.mark.parametrize("n", [10_000, pytest.param(200_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("T", [1.5, TC, 4.0])
@pytest.mark.parametrize("sampler", [wolff_chunk, swendsen_wang_chunk])
def test_cluster_updates_of_wide_lattices_follow_boltzmann_too(sampler, T, n, only, monkeypatch):
    only(sampler)
    monkeypatch.setattr(cluster, "COLUMNS", 3)
    spins = sample_equilibrium(4, T, n, seed=2)
    assert_boltzmann(spins, T)


@pytest.mark.slow
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_one_chain_followed_through_time_follows_boltzmann(algorithm):
    spins = sample_chain(4, TC, 100_000, algorithm=algorithm, warmup=100, spacing=20, seed=2)
    assert_boltzmann(spins, TC)


@pytest.mark.slow
@pytest.mark.parametrize("T", [1.5, TC, 3.0])
def test_perfect_samples_are_those_of_a_chain_started_much_earlier(T):
    """With the same random numbers: that the past has been forgotten is what makes them exact."""
    L, n, stop = 24, 20, np.zeros(1, dtype=bool)
    packed = perfect.perfect_chunk(L, np.full(n, T), np.random.SeedSequence(14), stop)
    spins = unpack_spins(packed, L)
    seeds = np.random.SeedSequence(14).generate_state(n, np.uint64)
    p = -np.expm1(-2 / np.array([T]))
    graph = bits.bonds_of_sites(L)
    queues, marks = np.empty((2, L * L), dtype=np.int32), np.zeros(L * L, dtype=np.int64)
    search, earlier = 0, np.empty(L * L, dtype=np.int8)
    for k in range(n):
        bonds = np.full(2 * L * L, perfect.UPPER, dtype=np.uint8)
        differing = 2 * L * L
        for moment in range(512, 0, -1):
            search, differing = perfect._sweep(
                bonds,
                graph,
                bits.threshold(p / (2 - p))[0],
                bits.threshold(p)[0],
                seeds[k],
                moment,
                differing,
                marks,
                search,
                queues,
            )
        assert differing == 0
        perfect._draw_signs(earlier, bonds, graph, seeds[k], queues[0])
        np.testing.assert_array_equal(earlier, spins[k].ravel())


# --- larger lattices against Kaufman ---------------------------------------------------------


def deviations_from_kaufman(spins, T):
    """Energy and heat capacity minus the exact ones, in standard errors."""
    n, L, _ = spins.shape
    e, C = energy_per_spin(spins), heat_capacity(T, L)
    c = (L / T * (e - energy(T, L))) ** 2
    error = max(c.std() / np.sqrt(n), C * np.sqrt(2 / n))  # few samples may scatter too little
    return (e.mean() - energy(T, L)) * L / T / np.sqrt(C / n), (c.mean() - C) / error


@pytest.mark.parametrize("T", [1.5, 2.0, TC, 2.5, 4.0])
@pytest.mark.parametrize("L, n", [(16, 20_000), (40, 3000), (64, 1500)])
def test_chains_have_kaufmans_energy_and_heat_capacity(L, n, T):
    spins = sample_equilibrium(L, T, n, seed=3)
    assert np.abs(deviations_from_kaufman(spins, T)).max() < 4


# At Tc, where 64 x 64 take longest, and on both sides of it.
@pytest.mark.slow
@pytest.mark.parametrize(
    "L, n, T",
    [
        (16, 2000, 1.5),
        (16, 2000, TC),
        (16, 2000, 2.5),
        (40, 100, 2.0),
        (40, 100, TC),
        (64, 40, 4.0),
    ],
)
def test_perfect_samples_have_kaufmans_energy_and_heat_capacity(L, n, T):
    spins = sample_equilibrium(L, T, n, seed=4, method="perfect")
    assert np.abs(deviations_from_kaufman(spins, T)).max() < 4


@pytest.mark.parametrize("L", [3, 5, 65])
@pytest.mark.parametrize("T", [1.5, TC, 4.0])
def test_odd_lattices_have_kaufmans_energy_and_heat_capacity(L, T):
    spins = sample_equilibrium(L, T, 10_000 if L < 10 else 500, seed=5)
    assert np.abs(deviations_from_kaufman(spins, T)).max() < 4


@pytest.mark.parametrize("L, n", [(3, 10_000), (5, 10_000), (63, 500), (64, 500)])
@pytest.mark.parametrize("T", [1.5, TC, 4.0])
@pytest.mark.parametrize("sampler", [wolff_chunk, swendsen_wang_chunk])
def test_rows_of_any_width_have_kaufmans_energy_and_heat_capacity(sampler, L, n, T, only):
    """The last bits of a word are in use or not, the row is closed across them in any case."""
    only(sampler)
    spins = sample_equilibrium(L, T, n, seed=15)
    assert np.abs(deviations_from_kaufman(spins, T)).max() < 4


@pytest.mark.parametrize("method", METHODS)
def test_each_configuration_is_drawn_at_its_own_temperature(method):
    temperatures = np.random.default_rng(0).permutation(np.tile([1.0, 2.0, 3.0, 50.0], 500))
    spins = sample_equilibrium(8, temperatures, 2000, seed=6, method=method)
    for T in np.unique(temperatures):
        assert np.abs(deviations_from_kaufman(spins[temperatures == T], T)).max() < 4


@pytest.mark.parametrize("method", METHODS)
def test_few_configurations_at_very_different_temperatures_are_not_mixed_up(method):
    e = energy_per_spin(sample_equilibrium(12, [1.0, 20.0] * 60, 120, seed=6, method=method))
    assert e[::2].max() < -1.5 and e[1::2].min() > -1


@pytest.mark.slow
def test_temperatures_that_all_differ_are_each_in_equilibrium():
    temperatures = np.random.default_rng(1).uniform(0.5, 2 * TC, 5000)
    e = energy_per_spin(sample_equilibrium(16, temperatures, 5000, seed=7))
    variance = heat_capacity(temperatures, 16) * temperatures**2 / 16**2
    deviation = (e - energy(temperatures, 16)) / np.sqrt(variance)
    for part in np.array_split(deviation[np.argsort(temperatures)], 10):
        assert abs(part.mean()) < 4 / np.sqrt(len(part))


# --- the order parameter at the critical temperature -----------------------------------------


def exact_moments_at_tc(L):
    """<|m|>, <m^2>, <m^4> by transfer matrix: in an imaginary field i a / beta the partition
    function is the sum of exp(i a M), the Fourier transform of the distribution of M."""
    rows = 2 * (np.arange(2**L)[:, None] >> np.arange(L) & 1) - 1
    along = np.exp((rows * np.roll(rows, 1, axis=1)).sum(axis=1) / TC)
    transfer = np.exp(rows @ rows.T / TC) * along / along.sum()
    a = np.pi * np.arange(L**2 // 2 + 1) / (L**2 + 1)
    fields = np.exp(1j * np.multiply.outer(a, rows.sum(axis=1)))
    Z = [np.trace(np.linalg.matrix_power(transfer * field, L)) for field in fields]
    M = np.arange(-(L**2), L**2 + 1, 2)
    probability = (np.exp(-1j * np.multiply.outer(M, a)) @ Z).real - Z[0].real / 2
    m = np.abs(M) / L**2
    return np.array([m, m**2, m**4]) @ probability / probability.sum()


@pytest.fixture(scope="module")
def moments_at_tc():
    """The moments for any L, by the known powers of L from the exact ones at 4, 6 and 8.

    They are good to 1e-4: of <m^2> at L = 10, which is 0.612568, they miss 1e-5.
    """
    exponents, corrections = np.array([1, 2, 4]) / 8, np.array([0, 7 / 4, 11 / 4])
    L = np.array([4.0, 6.0, 8.0])[:, None]
    exact = np.array([exact_moments_at_tc(int(size)) for size in L[:, 0]])
    amplitudes = np.linalg.solve(L**-corrections, exact * L**exponents)
    return lambda size: size**-corrections @ amplitudes / size**exponents


def cumulant(m, axis=-1):
    return 1 - (m**4).mean(axis=axis) / (3 * (m**2).mean(axis=axis) ** 2)


def test_the_binder_cumulant_at_tc_has_the_known_limit(moments_at_tc):
    """J. Salas, A. D. Sokal, J. Stat. Phys. 98, 551 (2000)."""
    _, second, fourth = moments_at_tc(1e9)
    assert 1 - fourth / (3 * second**2) == pytest.approx(0.61069, abs=5e-5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "method, L, n",
    [
        ("cluster", 8, 20_000),
        ("cluster", 16, 20_000),
        ("cluster", 40, 10_000),
        ("cluster", 64, 5000),
        ("perfect", 16, 3000),
        ("perfect", 40, 100),
    ],
)
def test_order_parameter_and_binder_cumulant_at_tc_are_the_exact_ones(method, L, n, moments_at_tc):
    spins = sample_equilibrium(L, TC, n, seed=16, method=method)
    m = np.abs(magnetization(spins))
    first, second, fourth = moments_at_tc(L)
    assert abs(m.mean() - first) < 4 * bootstrap_error(m) + 1e-4
    deviation = binder_cumulant(spins) - (1 - fourth / (3 * second**2))
    assert abs(deviation) < 4 * bootstrap_error(m, cumulant) + 1e-4


@pytest.mark.slow
def test_chains_and_perfect_sampling_agree_in_the_whole_distribution():
    chains = sample_equilibrium(16, TC, 20_000, seed=17)
    perfectly = sample_equilibrium(16, TC, 3000, seed=18, method="perfect")
    for observable in (energy_per_spin, lambda spins: np.abs(magnetization(spins))):
        assert ks_2samp(observable(chains), observable(perfectly)).pvalue > 1e-3


# --- spacing and signs -----------------------------------------------------------------------


@pytest.fixture(scope="module")
def tool():
    path = ROOT / "tools" / "measure_autocorrelation.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "L, T", [(4, TC), (16, 1.5), (16, TC), (16, 3.0), (16, 20.0), (40, 2.1), (40, 2.5), (64, TC)]
)
@pytest.mark.parametrize("sampler", schedule.SAMPLERS)
def test_autocorrelation_times_are_not_underestimated(sampler, L, T, tool):
    estimate = schedule.autocorrelation_times(L, np.array(T))[schedule.SAMPLERS.index(sampler)]
    measured = tool.autocorrelation_in_updates(sampler, L, T, length=3000)
    assert estimate / 4 < measured < estimate


def test_the_cheapest_sampler_is_chosen():
    chosen = [
        schedule.SAMPLERS[schedule.choose(L, np.array([T]))[0][0]]
        for L, T in [(16, TC), (64, 1.0), (40, TC), (15, TC), (64, 1000.0), (15, 4.0)]
    ]
    assert chosen == 2 * [metropolis_chunk] + 2 * [wolff_chunk] + 2 * [swendsen_wang_chunk]


@pytest.mark.parametrize(
    "L, T", [(16, 1.5), (16, TC), (16, 4.0), pytest.param(40, TC, marks=pytest.mark.slow)]
)
def test_configurations_kept_one_after_the_other_are_uncorrelated(L, T):
    """Successive ones of a cluster chain are neighbours, of multi-spin coding those 64 apart.

    Of 10 seeds none exceeds 2.6 standard errors. With one autocorrelation time between kept
    configurations the means are 8 at T = 1.5, 18 at Tc, 3 at T = 4 and 19 on the 40x40 lattice.
    """
    n = 8192
    spins = sample_equilibrium(L, T, n, seed=5)
    for x in (energy_per_spin(spins), np.abs(magnetization(spins))):
        x = (x - x.mean()) / x.std()
        for lag in (1, 64):
            assert abs((x[lag:] * x[:-lag]).mean()) < 4 / np.sqrt(n)


@pytest.mark.parametrize("sampler", schedule.SAMPLERS)
def test_the_first_configuration_of_a_chain_is_in_equilibrium(sampler, only):
    """Temperatures that all differ, if by little, have a chain each, which starts out cold."""
    only(sampler)
    spins = sample_equilibrium(16, TC + 1e-9 * np.arange(1000), 1000, seed=19)
    assert np.abs(deviations_from_kaufman(spins, TC)).max() < 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("L", [15, 16])
def test_global_signs_are_independent_and_fair(method, L):
    sign = np.sign(magnetization(sample_equilibrium(L, 1.0, 4000, seed=9, method=method)))
    for mean in (sign.mean(), (sign[1:] * sign[:-1]).mean(), (sign[64:] * sign[:-64]).mean()):
        assert abs(mean) < 4 / np.sqrt(4000)


# --- quenches --------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("size, L, words", [("light", 16, 100), ("full", 64, 30)])
def test_a_quench_of_L_sweeps_reproduces_mds2(size, L, words):
    """Chi-square over 16 bins of T; our error is that of words, whose replicas share an order."""
    data = IsingDataset(size)
    rng = np.random.default_rng(10)
    chi_square = np.zeros(2)
    for part in np.array_split(np.argsort(data.temperatures), 16):
        T = np.resize(rng.permutation(data.temperatures[part]), 64 * words)
        spins = sample_quench(L, T, len(T), sweeps=L, seed=int(part[0]))
        for i, observable in enumerate([energy_per_spin, lambda s: np.abs(magnetization(s))]):
            theirs, ours = observable(data.spins[part]), observable(spins)
            ours = ours.reshape(words, 64).mean(axis=1)
            variance = theirs.var(ddof=1) / len(theirs) + ours.var(ddof=1) / words
            chi_square[i] += (theirs.mean() - ours.mean()) ** 2 / variance
    assert (chi_square < 30).all(), chi_square


@pytest.mark.parametrize("T", [1.5, TC, 4.0])
def test_a_long_quench_ends_in_equilibrium(T):
    """One replica of each word: the others share its order of sites."""
    temperatures = np.where(np.arange(64 * 2000) % 64 == 17, T, 0.7)
    spins = sample_quench(4, temperatures, len(temperatures), sweeps=200, seed=11)[17::64]
    assert_boltzmann(spins, T)


def test_a_quench_starts_from_independent_random_spins():
    spins = sample_quench(64, 1.0, 640, sweeps=0, seed=12).reshape(640, -1).astype(float)
    overlap = spins @ spins.T / 64
    assert np.abs(overlap[np.triu_indices(640, 1)]).max() < 5.5
    assert np.abs(spins.sum(axis=1) / 64).max() < 5


@pytest.mark.parametrize("name", ["equilibrium", "quench"])
def test_no_two_replicas_of_a_word_share_random_bits(name):
    """Replicas r and r + d: a quench's share the order of sites, which is the same for all d."""
    if name == "equilibrium":
        spins = sample_equilibrium(8, 1.5, 64 * 1024, seed=13)
    else:
        spins = sample_quench(8, 1.5, 64 * 1024, sweeps=100, seed=13)
    e = energy_per_spin(spins).reshape(1024, 64)
    e = (e - e.mean()) / e.std()
    correlation = np.array([(e * np.roll(e, d, axis=1)).mean() for d in range(1, 33)])
    common = 0 if name == "equilibrium" else correlation.mean()
    assert np.abs(correlation - common).max() < 5 / np.sqrt(e.size / 2)


# --- one seed, one result --------------------------------------------------------------------

CALLS = {
    "cluster": lambda **kw: sample_equilibrium(16, 2.3, 300, **kw),
    "cluster, many T": lambda **kw: sample_equilibrium(7, np.linspace(1, 50, 90), 90, **kw),
    "perfect": lambda **kw: sample_equilibrium(10, 2.3, 150, method="perfect", **kw),
    "quench": lambda **kw: sample_quench(9, 1.0, 200, sweeps=9, **kw),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_seed_fixes_the_result_for_any_number_of_workers(call):
    spins = call(seed=1, workers=1)
    assert spins.dtype == np.int8 and set(np.unique(spins)) == {-1, 1}
    for workers in (None, 2, 5):
        np.testing.assert_array_equal(call(seed=1, workers=workers), spins)
    assert not np.array_equal(call(seed=2), spins)
    assert len(np.unique(spins.reshape(len(spins), -1), axis=0)) > len(spins) / 4


@pytest.mark.parametrize("method", METHODS)
def test_one_temperature_may_be_a_number_or_an_array(method):
    number = sample_equilibrium(6, 2, 70, seed=3, method=method)
    array = sample_equilibrium(6, [2.0] * 70, 70, seed=3, method=method)
    np.testing.assert_array_equal(number, array)


class Elsewhere(Executor):
    """Runs each task at once, with what would arrive in another process, and so does its result."""

    def submit(self, function, /, *args):
        function, args = pickle.loads(pickle.dumps((function, args)))
        future = Future()
        future.set_result(pickle.loads(pickle.dumps(function(*args))))
        return future


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_executor_gives_the_same_configurations(call):
    spins = call(seed=1, workers=1)
    np.testing.assert_array_equal(call(seed=1, executor=Elsewhere()), spins)
    np.testing.assert_array_equal(
        call(seed=1, executor=Elsewhere(), packed=True), pack_spins(spins)
    )


@pytest.mark.slow
def test_processes_give_the_same_configurations():
    # Forked, a process could inherit locks of numba's or of a thread's that nobody opens.
    context = multiprocessing.get_context("spawn")
    call = CALLS["cluster, many T"]
    with ProcessPoolExecutor(2, mp_context=context) as processes:
        np.testing.assert_array_equal(call(seed=1, executor=processes), call(seed=1))


class Watched(Executor):
    """Hands its tasks to another executor; each leaves a file that says whether it is done."""

    def __init__(self, executor, folder):
        self.executor, self.folder, self.numbers = executor, folder, itertools.count()

    def submit(self, function, /, *args):
        folder, number = self.folder, next(self.numbers)

        def watched():  # travels with its code: workers cannot import this file
            trace = folder / f"{number}-{os.getpid()}.begun"
            trace.touch()
            result = function(*args)
            trace.rename(trace.with_suffix(".done"))
            return result

        return self.executor.submit(watched)


def kill_a_busy_worker(folder, over):
    """Kill a process amid a task that is not its first one; returns the task's trace."""
    while not over.is_set():
        veterans = {trace.stem.split("-")[1] for trace in folder.glob("*.done")}
        for trace in folder.glob("*.begun"):
            process = trace.stem.split("-")[1]
            if process in veterans:
                os.kill(int(process), signal.SIGKILL)
                return trace
        time.sleep(0.005)
    raise RuntimeError("no worker was seen amid a task")


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_configurations_although_a_worker_is_killed(tmp_path):
    from distributed import Client, LocalCluster

    traces = tmp_path / "traces"
    traces.mkdir()
    cluster = LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=tmp_path
    )
    with cluster, Client(cluster) as client, ThreadPoolExecutor(1) as thread:
        over = threading.Event()
        killed = thread.submit(kill_a_busy_worker, traces, over)
        executor = Watched(client.get_executor(), traces)
        try:
            spins = sample_quench(32, 2.0, 64 * 30, sweeps=3000, seed=1, executor=executor)
        finally:
            over.set()
        unfinished = killed.result()
    assert unfinished.exists()  # it was under way
    number = unfinished.stem.split("-")[0]
    assert len(list(traces.glob(f"{number}-*.done"))) == 1  # and was done by someone else
    np.testing.assert_array_equal(spins, sample_quench(32, 2.0, 64 * 30, sweeps=3000, seed=1))


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_packed_configurations_are_the_same_ones(call):
    packed = call(seed=1, packed=True)
    assert packed.dtype == np.uint8
    np.testing.assert_array_equal(packed, pack_spins(call(seed=1)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_warmup_and_spacing_pass_over_updates_of_the_same_chain(algorithm):
    chain = partial(sample_chain, 8, 2.3, algorithm=algorithm, seed=5)
    every = chain(50)
    assert every.dtype == np.int8 and set(np.unique(every)) == {-1, 1}
    np.testing.assert_array_equal(chain(50), every)
    np.testing.assert_array_equal(chain(14, warmup=9, spacing=3), every[9::3])
    assert not np.array_equal(chain(50, seed=6), every)
    assert chain(0).shape == (0, 8, 8)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_chain_in_the_cold_starts_with_all_spins_up(algorithm):
    assert (sample_chain(8, 2.0, 1, algorithm=algorithm, seed=5) == 1).all()


def test_no_configurations_are_an_empty_array():
    for T in (2.0, []):
        for method in METHODS:
            assert sample_equilibrium(8, T, 0, seed=0, method=method).shape == (0, 8, 8)
        assert sample_quench(8, T, 0, sweeps=3, seed=0).shape == (0, 8, 8)


@pytest.mark.parametrize("T", [5e-324, 1e-3, 60.0, 1e12, np.inf])
def test_extreme_temperatures_give_order_or_coins(T):
    for method in METHODS:
        m = magnetization(sample_equilibrium(8, T, 4000, seed=4, method=method))
        assert (m**2).mean() == pytest.approx(1 if T < 1 else 1 / 64, rel=0.2)
        if T > 1:  # the parity of M / 2 is a coin too, which single flips in step would not give
            assert abs(((32 * m) % 2).mean() - 0.5) < 4 * 0.5 / np.sqrt(4000)
    sample_quench(8, T, 10, sweeps=5, seed=4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "packed, large, many",
    [
        (False, 20_000, 2_000_000),
        (True, 50_000, 3_000_000),
    ],
)
def test_memory_is_that_of_the_result(packed, large, many):
    """Unpacked, more than 30 MB would be in memory of what is packed in the end."""
    for call, L, n in (
        (sample_quench, 32, large),
        (sample_equilibrium, 32, large),
        (sample_equilibrium, 4, many),
    ):
        options = {"seed": 0, "workers": 2, "packed": packed}
        options |= {"sweeps": 1} if call is sample_quench else {}
        call(L, 4.0, 64, **options)
        tracemalloc.start()
        result = call(L, 4.0, n, **options)
        extra = tracemalloc.get_traced_memory()[1] - result.nbytes
        tracemalloc.stop()
        assert extra < 30e6


# --- interruptions, progress, errors ---------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "call",
    [
        lambda: sample_quench(256, 2.0, 200, sweeps=10**9, seed=0),
        lambda: sample_equilibrium(64, 2.5, 300_000, seed=0),
        lambda: sample_equilibrium(2049, TC, 64, seed=0),
        lambda: sample_equilibrium(2048, 1e4, 256, seed=0),
        lambda: sample_equilibrium(512, TC, 64, seed=0, method="perfect"),
    ],
)
def test_ctrl_c_stops_without_a_result(call):
    """Each of these would take from half a minute to days."""
    sample_quench(4, 2.0, 1, sweeps=1, seed=0)  # the first bar of a process starts a thread
    threads = threading.active_count()
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        call()
    timer.join()
    assert threading.active_count() == threads


@pytest.mark.slow
def test_ctrl_c_cancels_what_waits_on_an_executor():
    futures = []

    class Recording(ThreadPoolExecutor):
        def submit(self, *args):
            futures.append(super().submit(*args))
            return futures[-1]

    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    with Recording(1) as executor:
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            sample_quench(64, 2.0, 64_000, sweeps=2000, seed=0, executor=executor)
    timer.join()
    # What a worker had begun could not be stopped.
    assert all(future.done() for future in futures)
    assert sum(future.cancelled() for future in futures) > chunks.BATCHES_UNDER_WAY / 2


def test_an_error_in_a_chunk_is_raised():
    def fail(seeds, stop):
        raise MemoryError("no room")

    parts = ((slice(i, i + 1), fail) for i in range(100))
    with pytest.raises(MemoryError, match="no room"):
        chunks.run_chunks(parts, np.empty((100, 4, 4), dtype=np.int8), 4, seed=0, workers=2)


def test_the_progress_bar_is_hidden_in_the_book(monkeypatch):
    bars, make = [], chunks.progress_bar

    def recorded(*args, **options):
        bar = make(*args, **options)
        bars.append((bar.disable, getattr(bar, "delay", None)))  # closing a bar disables it
        return bar

    monkeypatch.setattr(chunks, "progress_bar", recorded)
    sample_quench(8, 2.0, 10, sweeps=1, seed=0)
    assert bars[-1][0]
    monkeypatch.delenv("AI4MAT_PROGRESS")
    sample_quench(8, 2.0, 10, sweeps=1, seed=0)
    assert bars[-1] == (False, 2)


GOOD = {"L": 8, "T": 2.0, "n": 3, "seed": 0}


@pytest.mark.parametrize(
    "name, values, message",
    [
        ("L", [2, 0, -4, 8.0, True, None, "8", [8]], "L must be an integer of at least 3, got"),
        ("n", [-1, 2.5, True, None], "n must be an integer of at least 0, got"),
        ("seed", [-1, 0.5, None, "0"], "seed must be an integer of at least 0, got"),
        ("workers", [0, -1, 1.5, True], "workers must be an integer of at least 1, got"),
        (
            "executor",
            [2, "processes", ThreadPoolExecutor],
            r"executor must be a concurrent.futures.Executor \(.*\), got",
        ),
        (
            "T",
            [0, -1.0, np.nan, [1, 2, 0], [1.0, np.nan, 2]],
            "T must be a positive temperature, got",
        ),
        ("T", ["2", None, 2j, [[1, 2], [3]], True], "T must be a positive temperature or an array"),
        ("T", [[], [2.0], [2.0, 2.0], np.ones((3, 1))], r"T must be .* shape \(n,\) = \(3,\), got"),
    ],
)
def test_a_wrong_argument_is_named(name, values, message):
    for value in values:
        wrong = {**GOOD, name: value}
        for sample in (sample_equilibrium, lambda **kw: sample_quench(sweeps=1, **kw)):
            with pytest.raises(ValueError, match=message):
                sample(**wrong)


def test_workers_and_an_executor_exclude_each_other():
    for sample in (sample_equilibrium, partial(sample_quench, sweeps=1)):
        with pytest.raises(ValueError, match="workers, a number of threads here, must be left out"):
            sample(**GOOD, workers=2, executor=Elsewhere())


@pytest.mark.parametrize(
    "name, values, message",
    [
        ("L", [2, 8.0], "L must be an integer of at least 3, got"),
        ("L", [7], "L must be even for a checkerboard, got 7"),
        ("n", [-1, None], "n must be an integer of at least 0, got"),
        ("seed", [-1], "seed must be an integer of at least 0, got"),
        ("T", [0, np.nan], "T must be a positive temperature, got"),
        ("T", [[2.0, 2.5, 3.0]], "T must be one temperature for a chain, got several"),
        ("warmup", [-1, 1.5, None, True], "warmup must be an integer of at least 0, got"),
        ("spacing", [0, 1.5, None, True], "spacing must be an integer of at least 1, got"),
        (
            "algorithm",
            ["cluster", "", None, ["wolff"]],
            "algorithm must be one of 'metropolis', 'wolff', 'swendsen-wang', got",
        ),
    ],
)
def test_a_wrong_argument_of_a_chain_is_named(name, values, message):
    for value in values:
        with pytest.raises(ValueError, match=message):
            sample_chain(**{**GOOD, "algorithm": "metropolis", name: value})


@pytest.mark.parametrize("method", ["wolff", "", None, 1, ["perfect"]])
def test_an_unknown_method_is_named(method):
    with pytest.raises(ValueError, match="method must be 'cluster' or 'perfect', got"):
        sample_equilibrium(**GOOD, method=method)


@pytest.mark.parametrize("sweeps", [-1, 1.0, None, True])
def test_wrong_sweeps_are_named(sweeps):
    with pytest.raises(ValueError, match="sweeps must be an integer of at least 0, got"):
        sample_quench(**GOOD, sweeps=sweeps)
