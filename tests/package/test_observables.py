"""Observables agree with plain sums over the lattice, with enumeration of the 4x4 torus, and with
the identities that tie them together; anything that is no spin configuration is refused."""

import itertools

import numpy as np
import pytest
import torch
from scipy.signal import lfilter
from scipy.stats import norm

from ai4mat_ising.observables import (
    autocorrelation_time,
    binder_cumulant,
    bootstrap_error,
    checked_spins,
    correlation,
    energy_per_spin,
    magnetization,
    orientational_energy,
    orientational_order,
    structure_factor,
)

ON_SPINS = [energy_per_spin, magnetization, correlation, structure_factor, binder_cumulant]
# How many of the 2^16 states of the 4x4 torus have the energy E; the same number has -E
# (P. D. Beale, Phys. Rev. Lett. 76, 78 (1996)).
DEGENERACIES_4X4 = {
    -32: 2, -24: 32, -20: 64, -16: 424, -12: 1728, -8: 6688, -4: 13568, 0: 20524
}  # fmt: skip


def random_spins(*shape, seed=0):
    return np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), shape)


@pytest.fixture(scope="module")
def all_4x4():
    """Every state of the 4x4 torus, (65536, 4, 4)."""
    bits = np.arange(2**16)[:, None] >> np.arange(16) & 1
    return (2 * bits - 1).reshape(-1, 4, 4)


# --- energy and magnetization ----------------------------------------------------------------


@pytest.mark.parametrize("size", [2, 3, 4, 7])
def test_energy_is_the_sum_over_bonds(size):
    spins = random_spins(size, size)
    energy = 0
    for x, y in itertools.product(range(size), repeat=2):
        neighbours = int(spins[(x + 1) % size, y]) + int(spins[x, (y + 1) % size])
        energy -= int(spins[x, y]) * neighbours
    assert energy_per_spin(spins) == energy / size**2


def test_energies_of_all_4x4_states_have_the_known_degeneracies(all_4x4):
    energies, counts = np.unique(16 * energy_per_spin(all_4x4), return_counts=True)
    mirrored = DEGENERACIES_4X4 | {-e: n for e, n in DEGENERACIES_4X4.items()}
    assert dict(zip(energies, counts)) == mirrored


def test_energy_of_known_patterns():
    up = np.ones((6, 6))
    checkerboard = 1 - 2 * (np.indices((6, 6)).sum(axis=0) % 2)
    stripes = 1 - 2 * (np.indices((6, 6))[0] % 2)
    assert energy_per_spin(np.array([up, -up, checkerboard, stripes])).tolist() == [-2, -2, 2, 0]


def test_magnetization_is_the_signed_mean():
    spins = random_spins(5, 6, 6)
    expected = [sum(int(s) for s in one.flat) / 36 for one in spins]
    np.testing.assert_allclose(magnetization(spins), expected, rtol=1e-15)
    np.testing.assert_array_equal(magnetization(-spins), -magnetization(spins))


def test_magnetizations_of_all_4x4_states_are_binomial(all_4x4):
    ups, counts = np.unique(8 * (1 + magnetization(all_4x4)), return_counts=True)
    assert ups.tolist() == list(range(17))
    assert counts[:4].tolist() == [1, 16, 120, 560] and counts[8] == 12870


# --- correlation and structure factor --------------------------------------------------------


@pytest.mark.parametrize("size", [2, 5, 8])
def test_correlation_is_the_direct_sum(size):
    spins = random_spins(3, size, size)
    for one, g in zip(spins.astype(int), correlation(spins)):
        for r in range(size // 2 + 1):
            across, down = np.roll(one, -r, axis=1), np.roll(one, -r, axis=0)
            assert g[r] == pytest.approx((one * (across + down)).mean() / 2, abs=1e-14)


def test_correlation_starts_at_1_and_its_next_value_is_the_energy():
    spins = random_spins(50, 9, 9)
    g = correlation(spins)
    assert g.shape == (50, 5)
    np.testing.assert_allclose(g[:, 0], 1, rtol=0, atol=1e-14)
    np.testing.assert_allclose(g[:, 1], -energy_per_spin(spins) / 2, rtol=0, atol=1e-14)


def test_order_at_long_range_is_kept_in_the_correlation():
    np.testing.assert_allclose(correlation(-np.ones((8, 8))), 1)


def test_structure_factor_is_the_direct_fourier_sum():
    size = 5
    spins = random_spins(size, size)
    x, y = np.indices((size, size))
    direct = np.empty((size, size))
    for a, b in itertools.product(range(size), repeat=2):
        phases = np.exp(-2j * np.pi * (a * x + b * y) / size)
        direct[a, b] = abs((spins * phases).sum()) ** 2 / size**2
    np.testing.assert_allclose(structure_factor(spins), direct, atol=1e-12)


def test_structure_factor_has_mean_1_and_n_m_squared_at_zero():
    spins = random_spins(20, 8, 8)
    s = structure_factor(spins)
    np.testing.assert_allclose(s.mean(axis=(1, 2)), 1, rtol=1e-14)
    np.testing.assert_allclose(s[:, 0, 0], 64 * magnetization(spins) ** 2, atol=1e-12)


def test_stripes_show_at_their_wave_vector():
    """The first index of S is the wave number down the rows."""
    stripes = 1 - 2 * (np.indices((8, 8))[0] // 2 % 2)
    s = structure_factor(stripes)
    peaks = sorted(zip(*np.nonzero(s > 1e-9)))
    assert peaks == [(2, 0), (6, 0)] and s[2, 0] == pytest.approx(32)


# --- Binder's cumulant -----------------------------------------------------------------------


def test_binder_cumulant_is_two_thirds_in_the_ground_states():
    up = np.ones((4, 8, 8))
    assert binder_cumulant(np.concatenate([up, -up])) == pytest.approx(2 / 3, rel=1e-14)


def test_binder_cumulant_of_free_spins_is_2_over_3n(all_4x4):
    """For N independent spins <m^4> = (3 - 2/N) <m^2>^2, so U4 = 2/(3N): here N = 16."""
    assert binder_cumulant(all_4x4) == pytest.approx(2 / (3 * 16), rel=1e-12)


def test_binder_cumulant_without_magnetization_is_nan():
    checkerboard = 1 - 2 * (np.indices((4, 4)).sum(axis=0) % 2)
    assert np.isnan(binder_cumulant(checkerboard))


def test_binder_cumulant_is_one_number_for_all_leading_axes():
    spins = random_spins(6, 4, 4)
    value = binder_cumulant(spins)
    assert isinstance(value, float) and value == binder_cumulant(spins.reshape(2, 3, 4, 4))


# --- shapes and kinds of input ---------------------------------------------------------------


@pytest.mark.parametrize("observable", ON_SPINS[:-1])
@pytest.mark.parametrize("leading", [(), (1,), (6,), (2, 3), (2, 1, 3)])
def test_leading_axes_count_configurations(observable, leading):
    spins = random_spins(*leading, 6, 6)
    values = observable(spins)
    one_by_one = np.array([observable(one) for one in spins.reshape(-1, 6, 6)])
    assert values.dtype == float
    np.testing.assert_array_equal(values, one_by_one.reshape(leading + one_by_one.shape[1:]))


def test_no_configurations_give_no_values():
    assert energy_per_spin(np.empty((0, 4, 4))).shape == (0,)
    assert correlation(np.empty((2, 0, 4, 4))).shape == (2, 0, 3)


@pytest.mark.parametrize("observable", ON_SPINS)
@pytest.mark.parametrize(
    "convert",
    [np.float32, np.int64, np.ndarray.tolist, torch.from_numpy, np.asfortranarray],
    ids=["float32", "int64", "list", "torch", "fortran"],
)
def test_any_array_of_signed_numbers_will_do(observable, convert):
    spins = random_spins(3, 4, 4)
    given = convert(spins) if not isinstance(convert, type) else spins.astype(convert)
    np.testing.assert_array_equal(observable(given), observable(spins))


@pytest.mark.parametrize("observable", ON_SPINS)
def test_spins_are_not_changed(observable):
    spins = random_spins(3, 4, 4)
    spins.setflags(write=False)
    observable(spins)


@pytest.mark.parametrize("observable", ON_SPINS)
@pytest.mark.parametrize(
    "shape", [(), (4,), (4, 5), (3, 4, 5), (1, 1), (5, 0, 0)], ids=lambda shape: str(shape)
)
def test_arrays_that_are_no_square_lattices_are_refused(observable, shape):
    with pytest.raises(ValueError, match=r"spins must have shape .* got \(" + str(shape)[1:-1]):
        observable(np.ones(shape))


@pytest.mark.parametrize("observable", ON_SPINS)
@pytest.mark.parametrize(
    "values, got",
    [
        (np.zeros((4, 4)), "got 0.0"),
        (np.eye(4, dtype=int), "got 0"),
        (np.full((4, 4), np.nan), "got nan"),
        (np.full((4, 4), 0.5), "got 0.5"),
        (np.ones((4, 4), dtype=bool), "got dtype bool"),
        (np.ones((4, 4), dtype=np.uint8), "got dtype uint8"),
        (-np.ones((4, 4), dtype=complex), "got dtype complex128"),
        (np.full((4, 4), "up"), "got dtype <U2"),
    ],
)
def test_images_and_other_values_are_refused_with_a_way_out(observable, values, got):
    """All-true and all-one images too, so that a mistake does not depend on the data."""
    with pytest.raises(ValueError, match="spins must be .*-1 or") as error:
        observable(values)
    assert got in str(error.value) and "2.0 * image - 1" in str(error.value)


@pytest.mark.parametrize("dtype", [bool, np.uint8, np.float32, int])
def test_the_way_out_works_for_every_kind_of_image(dtype):
    spins = random_spins(4, 4)
    image = (spins > 0).astype(dtype)
    assert magnetization(2.0 * image - 1) == magnetization(spins)


def test_configurations_of_one_size_come_back_as_int8():
    spins = random_spins(3, 4, 4)
    checked = checked_spins(spins.astype(float), 4)
    assert checked.dtype == np.int8 and (checked == spins).all()
    for other in (random_spins(3, 5, 5), random_spins(4, 4), random_spins(0, 4, 4)):
        with pytest.raises(ValueError, match=r"spins must have shape \(n, 4, 4\), got \("):
            checked_spins(other, 4)


# --- angles ----------------------------------------------------------------------------------

ON_ANGLES = [orientational_energy, orientational_order]


def random_angles(*shape):
    return np.random.default_rng(0).uniform(0, 2 * np.pi, shape)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_orientational_order_and_energy_are_the_direct_sums(p):
    angles = random_angles(5, 5)
    order = energy = 0
    for x, y in itertools.product(range(5), repeat=2):
        theta = angles[x, y]
        order += complex(np.cos(p * theta), np.sin(p * theta)) / 25
        for neighbour in angles[(x + 1) % 5, y], angles[x, (y + 1) % 5]:
            energy -= np.cos(p * (theta - neighbour)) / 25
    assert orientational_order(angles, p) == pytest.approx(order, abs=1e-14)
    assert orientational_energy(angles, p) == pytest.approx(energy, abs=1e-14)


def test_parallel_rotors_are_ordered_in_their_direction():
    angles = np.full((2, 4, 4), [[[0.3]], [[2.0]]])
    np.testing.assert_allclose(orientational_order(angles), np.exp([0.3j, 2.0j]), rtol=1e-14)
    np.testing.assert_allclose(orientational_energy(angles), -2, rtol=1e-14)


def test_spins_are_angles_of_0_and_pi():
    spins = random_spins(10, 6, 6)
    angles = np.pi * (spins < 0)
    np.testing.assert_allclose(orientational_order(angles), magnetization(spins), atol=1e-14)
    np.testing.assert_allclose(orientational_energy(angles), energy_per_spin(spins), atol=1e-14)


@pytest.mark.parametrize("observable", ON_ANGLES)
def test_half_turns_are_seen_with_p_1_and_not_with_p_2(observable):
    angles = random_angles(7, 6, 6)
    turned = angles + np.pi * (random_spins(7, 6, 6) > 0)
    np.testing.assert_allclose(observable(turned, 2), observable(angles, 2), atol=1e-13)
    assert np.abs(observable(turned) - observable(angles)).min() > 1e-4


def test_a_turn_of_all_angles_turns_the_order_p_times_as_far():
    angles = random_angles(7, 6, 6)
    for p in (1, 2):
        turned = orientational_order(angles, p) * np.exp(0.4j * p)
        np.testing.assert_allclose(orientational_order(angles + 0.4, p), turned, atol=1e-14)


@pytest.mark.parametrize("observable", ON_ANGLES)
@pytest.mark.parametrize("leading", [(), (6,), (2, 0, 3), (2, 3)])
def test_leading_axes_count_configurations_of_angles(observable, leading):
    angles = random_angles(*leading, 4, 4).astype(np.float32)
    values = observable(angles)
    one_by_one = np.array([observable(one) for one in angles.reshape(-1, 4, 4)])
    np.testing.assert_allclose(values, one_by_one.reshape(leading), atol=1e-14)


@pytest.mark.parametrize("observable", ON_ANGLES)
@pytest.mark.parametrize(
    "angles, message",
    [
        (np.ones((4, 5)), r"angles must have shape \(..., L, L\) .* got \(4, 5\)"),
        (np.ones(4), r"angles must have shape .* got \(4,\)"),
        (np.full((4, 4), np.nan), "angles must be finite, got nan"),
        (
            np.ones((4, 4), dtype=complex),
            "angles must be real numbers, in radians, got dtype complex",
        ),
        (np.full((4, 4), "up"), "angles must be real numbers, in radians, got dtype <U2"),
    ],
)
def test_arrays_that_are_no_angles_are_refused(observable, angles, message):
    with pytest.raises(ValueError, match=message):
        observable(angles)


@pytest.mark.parametrize("observable", ON_ANGLES)
@pytest.mark.parametrize("p", [0, -1, 1.5, True, None, "2"])
def test_p_must_be_a_positive_integer(observable, p):
    with pytest.raises(ValueError, match="p must be an integer of at least 1, got"):
        observable(np.ones((4, 4)), p)


# --- autocorrelation time --------------------------------------------------------------------


def autoregressive(phi, chains, n, seed=0):
    """Chains of x' = phi x + noise, whose correlation is phi^lag, in equilibrium from the start."""
    noise = np.random.default_rng(seed).normal(size=(chains, n))
    noise[:, 0] /= np.sqrt(1 - phi**2)
    return lfilter([1], [1, -phi], noise)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, 0.98])
@pytest.mark.parametrize("chains, n", [(1, 200_000), (50, 4000)])
def test_autocorrelation_time_of_an_autoregressive_series_is_the_known_one(phi, chains, n):
    """1/2 plus the sum of phi^lag; a window of 6 times knows it to sqrt(26 time / steps)."""
    known = (1 + phi) / (2 * (1 - phi))
    series = autoregressive(phi, chains, n)
    error = known * np.sqrt(26 * max(known, 0.5) / series.size)
    assert abs(autocorrelation_time(series) - known) < 4 * error
    if chains == 1:
        assert autocorrelation_time(series[0]) == autocorrelation_time(series)


@pytest.mark.parametrize("phi", [0.7, -0.6])
def test_autocorrelation_time_is_summed_up_to_the_first_lag_beyond_6_times_itself(phi):
    """And at least beyond lag 3, where anticorrelation makes the time shorter than 1/2."""
    x = autoregressive(phi, 1, 500)[0]
    x -= x.mean()
    time, lag = 0.5, 0
    while lag <= 6 * max(time, 0.5):
        lag += 1
        time += (x[lag:] * x[:-lag]).mean() / (x**2).mean()
    assert autocorrelation_time(x) == pytest.approx(time, rel=1e-12)


def test_a_series_must_have_50_times_its_autocorrelation_time():
    """1/2 at least: with 24 steps nobody sees that successive values are anticorrelated."""
    series = autoregressive(-0.6, 1, 25)[0]
    assert autocorrelation_time(series) < 0.5
    with pytest.raises(ValueError, match="24 steps of 1 chains"):
        autocorrelation_time(series[:24])


def test_whether_something_holds_is_a_series_too():
    magnetized = autoregressive(0.5, 1, 2000)[0] > 0
    assert autocorrelation_time(magnetized) == autocorrelation_time(magnetized.astype(float))


def test_autocorrelation_times_scatter_as_a_window_of_6_times_lets_them():
    """Roughly by Sokal's sqrt(26 time / steps): six seeds gave 0.74 to 0.83 of it.

    A window of 2 times gives 0.3 of it and misses 15 % of the time, one of 20 gives 1.6 to 2.
    """
    known, n = 4.5, 4000
    times = [autocorrelation_time(series) for series in autoregressive(0.8, 400, n)]
    assert np.mean(times) == pytest.approx(known, rel=0.04)
    assert 0.6 < np.std(times) / (known * np.sqrt(26 * known / n)) < 1.2


def test_autocorrelation_time_depends_on_neither_scale_nor_zero():
    series = autoregressive(0.8, 1, 5000)[0]
    assert autocorrelation_time(7 - 3 * series) == pytest.approx(autocorrelation_time(series))


def test_chains_are_compared_with_their_common_mean():
    """A chain that stays where it is has not seen the others' values: it is too short."""
    stuck = np.repeat([[-1.0], [1.0]], 5000, axis=1) + autoregressive(0.5, 2, 5000) / 10
    assert autocorrelation_time(stuck[0]) < 2
    with pytest.raises(ValueError, match="series must be long .*, got 5000 steps of 2 chains"):
        autocorrelation_time(stuck)


def test_autocorrelation_time_of_a_constant_is_unknown():
    assert np.isnan(autocorrelation_time(np.full(100, 3.0)))


@pytest.mark.parametrize("n", [2, 20, 1000])
def test_a_series_shorter_than_its_correlations_is_refused(n):
    with pytest.raises(ValueError, match=f"series must be long .*, got {n} steps of 1 chains"):
        autocorrelation_time(autoregressive(0.999, 1, n))


@pytest.mark.parametrize(
    "series",
    [
        3.0,
        [1.0],
        [],
        np.zeros((2, 1)),
        np.zeros((2, 3, 4)),
        [1.0, np.nan, 2.0],
        [1.0, np.inf],
    ],
)
def test_what_is_no_series_is_named(series):
    with pytest.raises(ValueError, match="series must be finite numbers of shape .*, got shape"):
        autocorrelation_time(series)


# --- bootstrap -------------------------------------------------------------------------------


def test_bootstrap_error_of_the_mean_is_the_known_one():
    """sigma / sqrt(n); 1000 resamples know it to 1 / sqrt(2000) = 2.2 %."""
    values = np.random.default_rng(1).normal(3, 2, 400)
    known = values.std() / np.sqrt(400)
    assert bootstrap_error(values) == pytest.approx(known, rel=4 * 0.022)
    assert bootstrap_error(values, resamples=10_000) == pytest.approx(known, rel=4 * 0.0071)


def test_bootstrap_error_of_the_median_is_the_asymptotic_one():
    """1 / (2 f sqrt(n)) with f the density at the median."""
    values = norm.ppf((np.arange(2001) + 0.5) / 2001)
    known = 1 / (2 * norm.pdf(0) * np.sqrt(2001))
    assert bootstrap_error(values, np.median) == pytest.approx(known, rel=0.1)


def test_bootstrap_error_shrinks_with_the_root_of_n():
    values = random_spins(6400).astype(float)
    ratio = bootstrap_error(values[:400]) / bootstrap_error(values)
    assert ratio == pytest.approx(4, rel=0.15)


def test_bootstrap_error_is_repeatable_and_leaves_the_global_state_alone():
    values = np.random.default_rng(2).normal(size=100)
    before = np.random.get_state()[1].copy()
    assert (
        bootstrap_error(values)
        == bootstrap_error(values, seed=0)
        != bootstrap_error(values, seed=1)
    )
    np.testing.assert_array_equal(np.random.get_state()[1], before)


def test_bootstrap_error_does_not_depend_on_the_batches(monkeypatch):
    """A large sample is resampled in batches, to spare memory."""
    values = np.random.default_rng(3).normal(size=20_000)  # 10^7 // 20,000 = 500 per batch
    error = bootstrap_error(values, resamples=700)
    assert error == pytest.approx(values.std() / np.sqrt(20_000), rel=4 / np.sqrt(1400))


@pytest.mark.parametrize(
    "n, resamples, batches",
    [
        (400, 1000, [1000]),
        (400, 2, [2]),
        pytest.param(5 * 10**6, 3, [2, 1], marks=pytest.mark.slow),
        pytest.param(10**7 + 1, 2, [1, 1], marks=pytest.mark.slow),
    ],
)
def test_a_batch_of_resamples_is_ten_million_numbers_or_one_resample(n, resamples, batches):
    shapes = []

    def first(values, axis):
        shapes.append(values.shape)
        return values[..., 0]

    bootstrap_error(np.arange(n), first, resamples=resamples)
    assert shapes == [(rows, n) for rows in batches]


def test_bootstrap_error_of_a_statistic_that_would_overflow_in_small_integers():
    def mean_square(values, axis):
        return (values**2).mean(axis=axis)

    values = np.arange(-100, 101, 5, dtype=np.int8)
    error = bootstrap_error(values, mean_square)
    assert error == bootstrap_error(values.astype(float), mean_square)


def test_bootstrap_error_of_equal_values_is_zero():
    """The energies of a ground state, say; no warning either."""
    assert bootstrap_error(np.full(50, -2.0)) == 0


@pytest.mark.parametrize(
    "values, got",
    [
        ([], r"shape \(0,\)"),
        ([1.0], r"shape \(1,\)"),
        ([[1.0, 2.0]], r"shape \(1, 2\)"),
        (3.0, r"shape \(\)"),
        ([1.0, np.nan], "finite, got nan"),
        ([1.0, np.inf], "finite, got inf"),
    ],
)
def test_bootstrap_refuses_what_has_no_error(values, got):
    with pytest.raises(ValueError, match="values must be .*" + got):
        bootstrap_error(values)


@pytest.mark.parametrize("resamples", [1, 0, -5, 10.0, None])
def test_bootstrap_refuses_too_few_resamples(resamples):
    with pytest.raises(ValueError, match=f"resamples must be .* got {resamples}"):
        bootstrap_error([1.0, 2.0], resamples=resamples)
