"""Sampled rotors follow Boltzmann's distribution: the XY model and the planar nematic agree with
exact sums on the 3x3 torus and with the limits of high and low temperature."""

import signal
import threading

import numpy as np
import pytest
from scipy.special import i0, i1
from scipy.stats import kstest

from ai4mat_ising.observables import autocorrelation_time, orientational_energy, orientational_order
from ai4mat_ising.sampling import rotors, sample_nematic, sample_xy
from ai4mat_ising.sampling.bits import bonds_of_sites

MODELS = {"xy": (sample_xy, 1), "nematic": (sample_nematic, 2)}
TEMPERATURES = [0.5, 0.9, 1.5, 4.0]


@pytest.fixture(params=MODELS.values(), ids=MODELS)
def model(request):
    return request.param


# --- the 3x3 torus, exactly ------------------------------------------------------------------


def exact_3x3(T, points):
    """Energy per site and <|m|^2> of the XY model, with `points` angles at each site.

    Transfer matrix between rows of three. A sum over equidistant angles of a smooth periodic
    function converges exponentially: only harmonics of order `points` are wrong. Turning all
    angles changes nothing, so the first one is 0.
    """
    angle = 2 * np.pi / points * np.arange(points)
    row = np.stack(np.meshgrid(*[angle] * 3, indexing="ij")).reshape(3, -1)
    within = np.exp(np.cos(row - np.roll(row, 1, axis=0)).sum(axis=0) / T)
    between = np.exp(np.cos(angle[:, None] - angle) / T)
    transfer = within[:, None] * np.kron(between, np.kron(between, between))
    first = slice(points**2)  # rows that begin with the angle 0
    weight = (transfer[first] * (transfer @ transfer[:, first]).T).sum(axis=0)

    def correlation(column):
        """Of the first site with one in the row below, at this column."""
        return weight @ np.cos(row[column]) / weight.sum()

    # On this torus each site has 4 neighbours, and the other 4 are all in the same position.
    neighbour, diagonal = correlation(0), correlation(1)
    return -2 * neighbour, (1 + 4 * neighbour + 4 * diagonal) / 9


@pytest.fixture(scope="module")
def exact():
    return {T: exact_3x3(T, 14) for T in TEMPERATURES}


def deviations(angles, p, values):
    """Mean energy and mean squared order minus the exact ones, in standard errors."""
    measured = orientational_energy(angles, p), np.abs(orientational_order(angles, p)) ** 2
    return [(x.mean() - value) / (x.std() / np.sqrt(len(x))) for x, value in zip(measured, values)]


@pytest.mark.parametrize("T", TEMPERATURES)
def test_the_sum_on_3x3_has_converged(T, exact):
    np.testing.assert_allclose(exact_3x3(T, 12), exact[T], rtol=0, atol=1e-4)


def test_the_sum_on_3x3_follows_the_series_of_high_temperature(exact):
    """To the lowest orders in t = I1(K) / I0(K): three bonds close a ring around the torus, so
    neighbours are correlated as t + t^2 + ..."""
    K = 0.01
    t = i1(K) / i0(K)
    assert exact_3x3(1 / K, 8)[0] == pytest.approx(-2 * (t + t**2), abs=20 * t**3)


@pytest.mark.slow
@pytest.mark.parametrize("T", TEMPERATURES)
def test_energy_and_order_on_3x3_are_exact(model, T, exact):
    sample, p = model
    assert np.abs(deviations(sample(3, T, 50_000, seed=1), p, exact[T])).max() < 4


@pytest.mark.slow
def test_a_wrong_bond_probability_would_be_seen(exact):
    """T enters through the bonds alone, so a 1.5 % wrong T is a 1.5 % wrong exponent of theirs."""
    angles = sample_xy(3, 1.015 * 0.9, 50_000, seed=1)
    assert np.abs(deviations(angles, 1, exact[0.9])).min() > 5


# --- limits of high and low temperature ------------------------------------------------------


def high_temperature_energy(T):
    """On the infinite lattice, from ln Z / N = 2 ln I0(K) + 2 t^4 + 4 t^6 + O(t^8), where closed
    loops of 4 and 6 bonds carry t = I1(K) / I0(K) each."""
    K = 1 / T
    t = i1(K) / i0(K)
    slope = 1 - t / K - t**2  # of t against K
    return -(2 * t + (8 * t**3 + 24 * t**5) * slope)


def spin_wave_energy(T, N):
    """Equipartition among N - 1 modes; the quartic part of the cosine gives the next order."""
    modes = 1 - 1 / N
    return -2 + T / 2 * modes + T**2 / 16 * modes**2


def energy_in_errors(model, L, T, n, expected):
    sample, p = model
    e = orientational_energy(sample(L, T, n, seed=2), p)
    return (e.mean() - expected) / (e.std() / np.sqrt(n))


@pytest.mark.parametrize("T", [3.0, 5.0, 20.0])
@pytest.mark.parametrize("L", [8, 15])
def test_hot_rotors_have_the_energy_of_the_series(model, L, T):
    assert abs(energy_in_errors(model, L, T, 3000, high_temperature_energy(T))) < 4


@pytest.mark.parametrize("T", [0.02, 0.05, 0.1])
@pytest.mark.parametrize("L", [4, 15])
def test_cold_rotors_have_the_energy_of_spin_waves(model, L, T):
    assert abs(energy_in_errors(model, L, T, 1000, spin_wave_energy(T, L**2))) < 4


def test_each_configuration_is_drawn_at_its_own_temperature(model):
    sample, p = model
    temperatures = np.random.default_rng(0).permutation(np.tile([0.1, 4.0, 20.0], 500))
    e = orientational_energy(sample(6, temperatures, 1500, seed=3), p)
    for T in (0.1, 4.0, 20.0):
        expected = spin_wave_energy(T, 36) if T < 1 else high_temperature_energy(T)
        chosen = e[temperatures == T]
        assert abs(chosen.mean() - expected) < 4 * chosen.std() / np.sqrt(500)


@pytest.mark.parametrize("T", [5e-324, 1e12, np.inf])
def test_extreme_temperatures_give_order_or_independent_angles(model, T):
    sample, p = model
    order = np.abs(orientational_order(sample(8, T, 500, seed=4), p)) ** 2
    assert order.mean() == pytest.approx(1 if T < 1 else 1 / 64, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("L, T", [(4, 0.1), (8, 0.4), (16, 0.9), (16, 1.1), (16, 3.0)])
def test_autocorrelation_times_are_not_underestimated(L, T):
    kept = np.empty((12_000, L * L))
    rotors._chain(kept, bonds_of_sites(L)[0], T, 200, 1, np.uint64(1), np.uint64(2), np.zeros(1))
    angles = kept.reshape(-1, L, L)
    for series in (orientational_energy(angles), np.abs(orientational_order(angles))):
        assert autocorrelation_time(series) < rotors.autocorrelation_time(T)


# --- directions ------------------------------------------------------------------------------


def test_configurations_are_turned_by_independent_angles(model, monkeypatch):
    """Those of chains that never move from all angles 0."""
    sample, p = model
    monkeypatch.setattr(rotors, "autocorrelation_time", lambda T: 0)
    angles = sample(5, 1.0, 4000, seed=5)
    assert np.abs(orientational_order(angles, p)).min() > 1 - 1e-6
    phase = np.angle(orientational_order(angles, p)) / (2 * np.pi) % 1
    assert kstest(phase, "uniform").pvalue > 1e-3
    assert kstest((phase[1:] - phase[:-1]) % 1, "uniform").pvalue > 1e-3


def test_a_nematic_is_an_xy_model_of_the_doubled_angles():
    """The same random numbers, up to the rounding of float32."""
    xy, nematic = (
        sample(8, 0.7, 50, seed=6).astype(float) for sample in (sample_xy, sample_nematic)
    )
    np.testing.assert_allclose(np.exp(2j * nematic), np.exp(1j * xy), rtol=0, atol=2e-6)


@pytest.mark.slow
def test_every_rod_of_a_nematic_has_a_head_of_its_own():
    """Cold rods are parallel, and still the components are those of independent coins."""
    angles = sample_nematic(8, 0.1, 2000, seed=7)
    assert np.abs(orientational_order(angles, 2)).min() > 0.8
    m_squared, e = np.abs(orientational_order(angles)) ** 2, orientational_energy(angles)
    assert abs(m_squared.mean() - 1 / 64) < 4 * m_squared.std() / np.sqrt(2000)
    assert abs(e.mean()) < 4 * e.std() / np.sqrt(2000)


@pytest.mark.slow
def test_angles_lie_in_one_turn(model):
    angles = model[0](4, 1.0, 20_000, seed=8)
    assert angles.dtype == np.float32 and angles.shape == (20_000, 4, 4)
    assert kstest(angles[:, 0, 0], "uniform", args=(0, 2 * np.pi)).pvalue > 1e-3
    assert angles.min() >= 0 and angles.max() < np.float32(2 * np.pi)


def test_what_float32_would_round_up_to_a_full_turn_is_zero():
    assert rotors._folded(np.array([-1e-12, 0.0, 2 * np.pi - 1e-9, 7.0])).tolist() == [
        0,
        0,
        0,
        np.float32(7 - 2 * np.pi),
    ]


# --- seeds, interruptions, errors ------------------------------------------------------------


@pytest.mark.parametrize("T", [0.9, np.linspace(0.2, 3, 70)], ids=["one T", "many T"])
def test_a_seed_fixes_the_result_for_any_number_of_workers(model, T):
    sample, _ = model
    angles = sample(7, T, 70, seed=1, workers=1)
    for workers in (None, 2, 5):
        np.testing.assert_array_equal(sample(7, T, 70, seed=1, workers=workers), angles)
    assert not np.array_equal(sample(7, T, 70, seed=2), angles)
    assert len(np.unique(angles.reshape(70, -1), axis=0)) == 70


def test_no_configurations_are_an_empty_array(model):
    for T in (2.0, []):
        assert model[0](8, T, 0, seed=0).shape == (0, 8, 8)


@pytest.mark.slow
def test_ctrl_c_stops_without_a_result(model):
    """This would take minutes."""
    model[0](4, 2.0, 1, seed=0)  # the first bar of a process starts a thread that stays
    threads = threading.active_count()
    timer = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model[0](256, 0.5, 1000, seed=0)
    timer.join()
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    "name, values, message",
    [
        ("L", [2, 8.0, True, None], "L must be an integer of at least 3, got"),
        ("n", [-1, 2.5, True], "n must be an integer of at least 0, got"),
        ("seed", [-1, None], "seed must be an integer of at least 0, got"),
        ("workers", [0, 1.5], "workers must be an integer of at least 1, got"),
        ("T", [0, -1.0, np.nan, [1, 2, 0]], "T must be a positive temperature, got"),
        ("T", ["2", None, 2j], "T must be a positive temperature or an array"),
        ("T", [[], [2.0, 2.0]], r"T must be .* shape \(n,\) = \(3,\), got"),
    ],
)
def test_a_wrong_argument_is_named(model, name, values, message):
    for value in values:
        with pytest.raises(ValueError, match=message):
            model[0](**{"L": 8, "T": 2.0, "n": 3, "seed": 0, name: value})
