"""The schedule follows measured times and costs; each sample is drawn once, in a bounded part."""

import numpy as np
import pytest

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.sampling import schedule
from ai4mat_ising.sampling.metropolis import metropolis_chunk

TC = critical_temperature()
# Autocorrelation times in updates, and nanoseconds per site and update on one core, of Metropolis,
# Wolff and Swendsen-Wang, as tools/measure_autocorrelation.py measures them (LENGTH 2500).
MEASURED = [
    (6, 1.0, [0.627, 0.458, 1.57], [0.301, 6.1, 8.85]),
    (6, 1.75, [1.21, 0.753, 1.66], [0.298, 7.26, 10.8]),
    (6, 2.1, [2.62, 1.17, 2.35], [0.3, 7.46, 11.2]),
    (6, TC, [2.93, 1.6, 2.51], [0.295, 7.14, 11.0]),
    (6, 2.4, [2.75, 1.44, 2.08], [0.297, 6.8, 11.1]),
    (6, 2.75, [2.31, 1.81, 1.92], [0.291, 5.4, 10.1]),
    (6, 4.0, [0.875, 3.13, 1.0], [0.291, 2.9, 8.92]),
    (6, 10.0, [0.573, 6.36, 0.55], [0.288, 1.65, 7.17]),
    (16, 1.0, [0.531, 0.592, 1.43], [0.129, 2.39, 4.91]),
    (16, 1.75, [1.65, 0.571, 1.65], [0.129, 3.3, 6.26]),
    (16, 2.1, [8.69, 1.3, 2.62], [0.128, 3.65, 6.35]),
    (16, TC, [14.1, 2.47, 3.65], [0.129, 3.27, 6.12]),
    (16, 2.4, [13.2, 4.15, 2.98], [0.128, 2.46, 5.87]),
    (16, 2.75, [4.39, 8.32, 1.59], [0.128, 1.08, 5.4]),
    (16, 4.0, [0.975, 27.2, 0.836], [0.128, 0.453, 4.82]),
    (16, 10.0, [0.605, 49.3, 0.601], [0.131, 0.245, 4.15]),
    (40, 1.0, [0.663, 0.599, 1.47], [0.137, 1.09, 3.25]),
    (40, 1.75, [1.35, 0.678, 1.94], [0.144, 1.58, 4.44]),
    (40, 2.1, [16.4, 1.48, 2.6], [0.133, 1.94, 4.47]),
    (40, TC, [114.0, 4.75, 4.04], [0.141, 1.8, 4.32]),
    (40, 2.4, [48.6, 12.2, 3.01], [0.146, 0.667, 4.07]),
    (40, 2.75, [4.27, 61.8, 1.49], [0.132, 0.188, 3.63]),
    (40, 4.0, [0.975, 179.0, 0.87], [0.132, 0.0771, 3.16]),
    (40, 10.0, [0.675, 328.0, 0.623], [0.136, 0.0451, 2.8]),
    (64, 1.0, [0.565, 0.576, 1.52], [0.122, 0.707, 2.81]),
    (64, 1.75, [1.46, 0.608, 1.85], [0.143, 1.05, 4.04]),
    (64, 2.1, [9.76, 1.43, 2.26], [0.129, 1.37, 3.84]),
    (64, TC, [330.0, 5.91, 5.37], [0.119, 1.3, 3.69]),
    (64, 2.4, [66.9, 36.0, 2.37], [0.118, 0.269, 3.49]),
    (64, 2.75, [4.45, 151.0, 1.57], [0.12, 0.0772, 3.25]),
    (64, 4.0, [0.745, 425.0, 0.824], [0.119, 0.0331, 2.76]),
    (64, 10.0, [0.73, 817.0, 0.654], [0.11, 0.0186, 2.34]),
    (80, 1.0, [0.647, 0.52, 1.6], [0.156, 6.9, 7.72]),
    (80, 1.75, [1.5, 0.707, 2.07], [0.148, 11.8, 12.8]),
    (80, 2.1, [11.3, 1.25, 2.55], [0.145, 12.3, 14.4]),
    (80, TC, [488.0, 5.55, 4.44], [0.153, 5.99, 15.0]),
    (80, 2.4, [58.3, 46.9, 2.23], [0.145, 0.441, 16.1]),
    (80, 2.75, [4.36, 228.0, 1.45], [0.141, 0.0641, 16.8]),
    (80, 4.0, [0.901, 653.0, 0.73], [0.152, 0.0161, 18.0]),
    (80, 10.0, [0.641, 1240.0, 0.697], [0.141, 0.00591, 14.2]),
    (12, 2.1, [6.92, 1.38, 2.43], [0.214, 4.73, 7.47]),
    (16, 2.2, [15.7, 1.9, 3.15], [0.153, 3.66, 6.49]),
    (24, 2.15, [23.0, 1.66, 2.79], [0.169, 2.88, 5.24]),
    (24, 2.2, [29.1, 2.4, 2.86], [0.163, 2.83, 5.34]),
    (32, 2.2, [47.7, 2.46, 2.94], [0.133, 2.33, 4.68]),
    (48, 2.2, [93.5, 2.04, 3.16], [0.151, 1.84, 4.09]),
    (64, 2.2, [73.8, 2.32, 3.38], [0.151, 1.62, 3.94]),
    (64, 2.15, [22.7, 1.77, 3.14], [0.139, 1.5, 3.91]),
    (24, 2.3, [40.9, 3.92, 3.86], [0.167, 2.33, 5.17]),
    (40, 2.3, [104.0, 5.89, 4.47], [0.148, 1.49, 4.24]),
    (8, 20.0, [0.916, 13.6, 0.566], [0.19, 0.838, 5.88]),
    (40, 20.0, [0.959, 361.0, 0.615], [0.14, 0.0436, 2.91]),
]


@pytest.mark.parametrize("L, T, times, costs", MEASURED)
def test_estimated_times_and_costs_are_the_measured_ones(L, T, times, costs):
    """Times from above, and of the sampler that is chosen by up to twice."""
    at = np.array(T)
    ratio = schedule.autocorrelation_times(L, at) / times
    assert ratio.min() > 0.95 and ratio.max() < 5
    assert ratio[schedule.choose(L, np.array([T]))[0][0]] < 2.1
    ratio = schedule.nanoseconds_per_site(L, at) / costs
    assert (ratio > [0.75, 0.6, 0.9]).all() and (ratio < [1.25, 3, 2.3]).all()


@pytest.mark.parametrize("L, T, times, costs", MEASURED)
def test_the_chosen_sampler_is_hardly_more_expensive_than_the_best(L, T, times, costs):
    number = schedule.choose(L, np.array([T]))[0][0]
    expense = np.array(times) * costs
    assert expense[number] < 1.7 * expense.min()


@pytest.mark.parametrize("L, T", [(15, 1.0), (15, TC), (65, 4.0)])
def test_an_odd_torus_has_no_checkerboard(L, T):
    assert schedule.choose(L, np.array([T]))[0][0] != schedule.SAMPLERS.index(metropolis_chunk)


def test_spacing_is_5_times_and_warm_up_20_times_the_autocorrelation_time():
    for L, T in [(16, 1.5), (16, TC), (64, TC), (15, 4.0)]:
        times = schedule.autocorrelation_times(L, np.array(T))
        number = schedule.choose(L, np.array([T]))[0][0]
        for sampler, _, warmup, spacing in schedule.chains(L, np.full(100, T)):
            assert sampler is schedule.SAMPLERS[number]
            assert 5 * times[number] <= spacing < 5 * times[number] + 1
            assert warmup == 4 * spacing


def test_a_lattice_may_be_infinitely_hot():
    """As may be what a reader types; the correlation length is 0 there."""
    assert np.isfinite(schedule.autocorrelation_times(15, np.array(np.inf))[1:]).all()
    assert schedule.choose(15, np.array([np.inf]))[0][0] == 2


def parts(L, T):
    return [(sampler, chosen) for sampler, chosen, _, _ in schedule.chains(L, np.asarray(T))]


ENSEMBLES = {
    "one temperature": np.full(5000, 2.2),
    "all different": np.linspace(0.5, 5, 3000),
    "some of each": np.random.default_rng(0).permutation(np.repeat([1.0, TC, 2.5, 30.0], 700)),
    "large and small groups": np.repeat([1.0, 1.5, TC, 4.0], [1000, 3, 64, 65]),
    "none": np.empty(0),
}


@pytest.mark.parametrize("L", [4, 15, 16, 65, 300])
@pytest.mark.parametrize("T", ENSEMBLES.values(), ids=ENSEMBLES)
def test_every_sample_is_drawn_once(L, T, monkeypatch):
    monkeypatch.setattr(schedule, "BLOCK", 1000)
    chosen = [part for _, part in parts(L, T)]
    np.testing.assert_array_equal(np.sort(np.concatenate([*chosen, []])), np.arange(len(T)))


@pytest.mark.parametrize("L", [4, 15, 16, 65, 300])
@pytest.mark.parametrize("T", ENSEMBLES.values(), ids=ENSEMBLES)
def test_a_chain_stays_at_one_temperature(L, T):
    """In the samples' order, whatever way of sorting NumPy has on a processor.

    Its 64 replicas may be single samples.
    """
    for sampler, chosen in parts(L, T):
        if sampler is not metropolis_chunk or len(chosen) > 64:
            assert np.ptp(T[chosen]) == 0
        assert (np.diff(chosen)[np.diff(T[chosen]) == 0] > 0).all()


@pytest.mark.parametrize("L", [3, 4, 5, 15, 16, 64, 65, 300, 2048, 5000])
@pytest.mark.parametrize("T", [1.0, TC, 30.0])
def test_chains_are_as_long_as_bounds_allow(L, T):
    """A part holds at most 2^24 spins, but one word or configuration at least.

    A chain keeps 64 configurations, or 4096 spins on small lattices: what pays for its warm-up.
    """
    longest = max(len(chosen) for _, chosen in parts(L, np.full(64 * 64 * 4, T)))
    if parts(L, np.full(1, T))[0][0] is metropolis_chunk:
        assert longest == 64 * max(1, min(64, 2**18 // L**2))
    else:
        assert longest == max(1, min(max(64, 4096 // L**2), 2**24 // L**2))


def test_single_samples_share_a_word_and_others_do_not():
    T = np.repeat([1.0, 1.1, 1.2, 1.3], [64 * 8, 3, 5, 64])
    lengths = [len(chosen) for _, chosen in parts(16, T)]
    assert sorted(lengths) == [8, 64] + [128] * 4


def test_many_words_of_one_temperature_are_divided_among_threads():
    """Four words at least, where there are as many; else a chain in each word saves warm-ups."""
    lengths = [len(chosen) for _, chosen in parts(16, np.full(64 * 40, 1.0))]
    assert lengths == [640] * 4
    lengths = [len(chosen) for _, chosen in parts(16, np.full(64 * 3 + 5, 1.0))]
    assert lengths == [64] * 3 + [5]
    lengths = [len(chosen) for _, chosen in parts(16, np.full(64 * 1000, 1.0))]
    assert lengths[:-1] == [64 * 64] * 15


def test_runs_are_where_the_temperature_stays_the_same():
    assert list(schedule.runs(np.array([1.0, 1.0, 2.0, 3.0, 3.0]))) == [(0, 2), (2, 3), (3, 5)]
    assert list(schedule.runs(np.array([]))) == []
