"""Finite-size scaling: exact cumulants, and curves whose critical point is known."""

import numpy as np
import pytest
from scipy.stats import norm
from states import TC, all_configurations, boltzmann

from ai4mat_ising import scaling
from ai4mat_ising.observables import binder_cumulant, magnetization
from ai4mat_ising.sampling import sample_equilibrium

# Kamieniarz and Bloete, J. Phys. A 26, 201 (1993): the torus at Tc, for L to infinity.
U_STAR = 0.61069
SIZES = [8, 16, 32]


def synthetic(Tc=2.3, nu=0.8, exponent=0.2, noise=0.0, seed=0):
    """Curves of three sizes that collapse exactly on a polynomial, and the errors of the noise."""
    rng = np.random.default_rng(seed)
    T = [Tc * (1 + np.linspace(-1, 1.4, 13) / L ** (1 / nu)) for L in SIZES]
    x = [(1 - Tc / t) * L ** (1 / nu) for t, L in zip(T, SIZES)]
    values = [L**-exponent * (0.6 - 0.3 * a + 0.05 * a**3) for a, L in zip(x, SIZES)]
    values = [y + noise * rng.normal(size=y.shape) for y in values]
    return T, values, [np.full(13, noise or 1e-3)] * 3


def test_the_cumulant_of_a_gaussian_is_zero_and_that_of_two_values_two_thirds():
    quantiles = norm.ppf((np.arange(100_000) + 0.5) / 100_000)
    assert abs(scaling.cumulant(quantiles)) < 1e-3
    assert scaling.cumulant([1, -1, 1, 1]) == pytest.approx(2 / 3, rel=1e-15)
    assert np.isnan(scaling.cumulant([0, 0]))


def test_a_factor_drops_out_of_the_cumulant_but_a_curved_map_does_not():
    y = np.random.default_rng(0).normal(size=(3, 1000)) + 0.5
    np.testing.assert_allclose(scaling.cumulant(-7 * y), scaling.cumulant(y), rtol=1e-12)
    assert (scaling.cumulant(np.tanh(y)) > scaling.cumulant(y) + 0.05).all()


@pytest.mark.slow
def test_the_cumulant_of_samples_is_that_of_all_states_on_4x4():
    spins = all_configurations(4)
    m, p = magnetization(spins), np.exp(boltzmann(spins, TC))
    exact = 1 - (p @ m**4) / (3 * (p @ m**2) ** 2)
    drawn = sample_equilibrium(4, TC, 20_000, seed=1)
    y = magnetization(drawn)
    error = scaling.bootstrap(lambda s: scaling.cumulant(s[0][0]), [y[None]]).std()
    assert error < 0.002
    assert abs(scaling.cumulant(y) - exact) < 4 * error
    assert scaling.cumulant(y) == pytest.approx(binder_cumulant(drawn), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("L, n", [(16, 40_000), (32, 10_000)])
def test_the_cumulant_at_tc_is_that_of_the_torus(L, n):
    y = magnetization(sample_equilibrium(L, TC, n, seed=2))[None]
    error = scaling.bootstrap(lambda s: scaling.cumulant(s[0][0]), [y]).std()
    # The leading correction falls with the power 1.75 of L; on 16x16 it is below 0.001.
    assert abs(scaling.cumulant(y[0]) - U_STAR) < 4 * error + 0.001


def test_the_susceptibility_is_the_variance_of_the_absolute_value_times_n_over_t():
    y = np.random.default_rng(1).normal(size=(2, 500))
    expected = 36 * np.abs(y).var(axis=1) / [2.0, 4.0]
    np.testing.assert_allclose(scaling.susceptibility(y, 6, [2.0, 4.0]), expected, rtol=1e-12)


def test_the_bootstrap_gives_the_standard_error_of_a_mean():
    y = np.random.default_rng(2).normal(size=(3, 400)) * [[1], [2], [3]]
    means = scaling.bootstrap(lambda s: s[0].mean(axis=1), [y], resamples=1000)
    assert means.shape == (1000, 3)
    # The error's own relative error is 1 / sqrt(2000), 2.2 %.
    np.testing.assert_allclose(means.std(axis=0), y.std(axis=1) / 20, rtol=0.09)
    # Rows are drawn on their own.
    assert abs(np.corrcoef(means.T)[0, 1]) < 0.13


def test_the_same_seed_draws_the_same_configurations_of_another_order_parameter():
    y = np.random.default_rng(3).normal(size=(2, 50))
    twice = [scaling.bootstrap(lambda s: s[0].sum(), [part], seed=4) for part in (y, 3 * y)]
    np.testing.assert_allclose(twice[1], 3 * twice[0], rtol=1e-12)
    other = scaling.bootstrap(lambda s: s[0].sum(), [y], seed=5)
    assert not np.allclose(other, twice[0])


def test_a_crossing_is_where_the_polynomials_meet():
    a, b = np.linspace(2, 2.6, 7), np.linspace(2.1, 2.5, 6)
    found = scaling.crossing(a, (a - 2.3) ** 2 - 2 * a, b, -3 * b + 2.3)
    assert found == pytest.approx(2.3, abs=1e-9)


def test_of_two_crossings_the_one_near_the_middle_counts_and_without_any_it_is_nan():
    T = np.linspace(2, 3, 9)
    parabola = (T - 2.05) * (T - 2.6)
    assert scaling.crossing(T, parabola, T, 0 * T) == pytest.approx(2.6, abs=1e-9)
    assert np.isnan(scaling.crossing(T, parabola + 1, T, 0 * T))


def test_a_value_comes_from_the_polynomial_through_all_points():
    T = np.linspace(2, 3, 9)
    assert scaling.value_at(T, T**4, 2.345) == pytest.approx(2.345**4, rel=1e-9)


def test_a_peak_is_the_highest_point_of_the_polynomial_be_it_inside_or_at_an_end():
    T = np.linspace(2, 3, 9)
    found = scaling.peak(T, 5 - (T - 2.7) ** 2)
    assert found.temperature == pytest.approx(2.7, abs=1e-7)
    assert found.height == pytest.approx(5, rel=1e-12)
    assert scaling.peak(T, T**2, 2) == pytest.approx((3, 9), rel=1e-9)
    # A minimum inside does not count.
    assert scaling.peak(T, (T - 2.6) ** 2, 2) == pytest.approx((2, 0.36), rel=1e-9)


@pytest.mark.parametrize("exponent", [0, 0.2])
def test_a_collapse_finds_what_the_curves_were_made_with(exponent):
    T, values, errors = synthetic(exponent=exponent)
    found = scaling.collapse(T, SIZES, values, errors, power=exponent > 0)
    assert found.Tc == pytest.approx(2.3, abs=1e-5)
    assert found.nu == pytest.approx(0.8, abs=1e-4)
    assert found.exponent == pytest.approx(exponent, abs=1e-4)
    assert found.chi_square < 1e-6


def test_a_collapse_of_noisy_curves_is_off_by_as_much_as_resamples_say():
    runs = []
    for seed in range(25):
        T, values, errors = synthetic(noise=0.002, seed=seed)
        runs.append(scaling.collapse(T, SIZES, values, errors, power=True))
    runs = np.array(runs)
    # 39 points and 9 parameters: the mean of 25 chi-squares per degree of freedom is 1 +- 0.05.
    assert abs(runs[:, 3].mean() - 1) < 0.2
    spread = runs[:, :3].std(axis=0)
    # Found: 0.004, 0.01, 0.003.
    assert (spread < [0.02, 0.05, 0.015]).all()
    off = runs[:, :3].mean(axis=0) - [2.3, 0.8, 0.2]
    assert (np.abs(off) < 4 * spread / 5 + [0.002, 0.005, 0.002]).all()


def test_curves_that_do_not_collapse_have_a_large_chi_square():
    T, values, errors = synthetic()
    values[0] = values[0] + 0.05
    assert scaling.collapse(T, SIZES, values, errors, power=False).chi_square > 100


GOOD = synthetic()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: scaling.cumulant(1.0), "y must have samples along its last axis, got shape ()"),
        (lambda: scaling.cumulant([[]]), "y must have samples .* got shape (1, 0)"),
        (lambda: scaling.cumulant([1, np.nan]), "y must be finite, got nan"),
        (lambda: scaling.susceptibility([1.0], 0, 2), "size must be an integer of at least 1"),
        (lambda: scaling.susceptibility([1.0], 4, -2), "temperature must be positive numbers"),
        (lambda: scaling.bootstrap(np.mean, [[1.0]]), "samples must be arrays of finite numbers"),
        (lambda: scaling.bootstrap(np.mean, [[[1.0]]], 1), "resamples must be an integer of at"),
        (lambda: scaling.bootstrap(np.mean, [[[1.0]]], seed=-1), "seed must be an integer of at"),
        (lambda: scaling.value_at([1, 2], [1, 2], 1.5), "same shape (n,) with n above 4"),
        (lambda: scaling.value_at([1, 2], [1, 2], 1.5, 0), "degree must be an integer of at"),
        (lambda: scaling.value_at([1, 2], [1, 2], 2.5, 1), "temperature must lie between 1 and 2"),
        (lambda: scaling.value_at([1, 2], [1, np.inf], 1.5, 1), "values must be finite, got inf"),
        (lambda: scaling.crossing([1, 2], [1, 2], [3, 4], [1, 2], 1), "must share a range"),
        (lambda: scaling.collapse(GOOD[0], [8, 8, 8], *GOOD[1:]), "two different sizes, got"),
        (lambda: scaling.collapse(GOOD[0][:2], SIZES, *GOOD[1:]), "a curve for each of the 3"),
        (lambda: scaling.collapse(*GOOD[:1], SIZES, GOOD[1], [0 * e for e in GOOD[2]]),
         "errors positive"),
        (lambda: scaling.collapse(*GOOD[:1], SIZES, *GOOD[1:], degree=36), "got 39"),
        (lambda: scaling.bootstrap(np.mean, [[[1.0, np.nan]]]), "samples must be arrays of finite"),
        (lambda: scaling.collapse(GOOD[0], [0, 8, 16], *GOOD[1:]), "sizes must be an integer of"),
        (lambda: scaling.collapse(GOOD[0], SIZES, [y[1:] for y in GOOD[1]], GOOD[2]),
         "all three of the same shapes"),
        (lambda: scaling.collapse(GOOD[0], SIZES, GOOD[1], [e[1:] for e in GOOD[2]]),
         "all three of the same shapes"),
        (lambda: scaling.collapse(GOOD[0], SIZES, GOOD[1], [[0.0, *e[1:]] for e in GOOD[2]]),
         "errors positive"),
    ],
)  # fmt: skip
def test_errors_name_the_argument(call, message):
    with pytest.raises(ValueError, match=message.replace("(", r"\(").replace(")", r"\)")):
        call()


def gaussian_pairs(Tc, nu, ratio, n, seed):
    """Samples of two Gaussians at +-a, whose cumulant and mean scale exactly with Tc, nu, ratio."""
    rng, parts = np.random.default_rng(seed), []
    T = [Tc * (1 + np.linspace(-1, 1.4, 13) / L ** (1 / nu)) for L in SIZES]
    for t, L in zip(T, SIZES):
        x = (1 - Tc / t) * L ** (1 / nu)
        y = rng.choice([-1, 1], (13, n)) * (2 - x)[:, None] + rng.normal(size=(13, n))
        parts.append(L**-ratio * y)
    return T, parts


@pytest.mark.slow
def test_a_critical_point_is_found_within_its_errors():
    T, parts = gaussian_pairs(2.3, 0.8, 0.2, 3000, seed=1)
    found = scaling.critical_point(T, SIZES, parts)
    for measured, value in zip(found[:3], (2.3, 0.8, 0.2)):
        assert abs(measured.value - value) < 4 * measured.error
        # Nothing is wrong with the smallest size: the shift is due to chance.
        assert abs(measured.shift) < 5 * measured.error
        assert measured.total == pytest.approx(np.hypot(measured.error, measured.shift))
    assert found.Tc.error < 0.01 and found.nu.error < 0.05 and found.ratio.error < 0.01
    assert 0.3 < found.chi_square < 2


@pytest.mark.slow
def test_a_smallest_size_that_does_not_scale_shows_in_the_shift_and_in_chi_square():
    T, parts = gaussian_pairs(2.3, 0.8, 0.2, 3000, seed=1)
    parts[0] = parts[0] + 0.5 * parts[0] ** 3
    found = scaling.critical_point(T, SIZES, parts)
    assert abs(found.ratio.shift) > 10 * found.ratio.error and found.chi_square > 10


@pytest.mark.parametrize("sizes", [[8, 16], [16, 8, 32], [8, 8, 16]])
def test_a_critical_point_needs_three_sizes_in_order(sizes):
    with pytest.raises(ValueError, match="sizes must be at least three in ascending order, got"):
        scaling.critical_point(GOOD[0], sizes, GOOD[1])
