"""ai4mat_ising.exact against enumeration, against mpmath and against thermodynamics itself."""

import itertools
import subprocess
import sys

import mpmath as mp
import numpy as np
import pytest

from ai4mat_ising.exact import (
    critical_temperature,
    energy,
    entropy,
    heat_capacity,
    log_partition,
    spontaneous_magnetization,
)

TC = critical_temperature()
FUNCTIONS = (log_partition, energy, heat_capacity, entropy)
NEAR_TC = [TC - 1e-3, TC - 1e-9, TC, TC + 1e-9, TC + 1e-3]
# 1/3 is where the module changes from an expansion to the full sum
TEMPERATURES = [0.05, 0.2, 0.33, 0.34, 0.5, 1.0, 2.0, *NEAR_TC, 2.5, 4.0, 100.0, 1000.0]


def enumerated(T, L):
    """The four functions from all 2^(L^2) configurations of the torus."""
    bits = np.arange(2 ** (L * L))[:, None] >> np.arange(L * L) & 1
    spins = (1 - 2 * bits).reshape(-1, L, L)
    bonds = spins * (np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2))
    excess = 2 * L * L - bonds.sum(axis=(1, 2))  # above the ground state
    weight = np.exp(-excess / T)
    mean = np.average(excess, weights=weight)
    variance = np.average((excess - mean) ** 2, weights=weight)
    phi = np.log(weight.sum())
    return np.array([phi + 2 * L * L / T, mean - 2 * L * L, variance / T**2, phi + mean / T]) / L**2


def kaufman_by_mpmath(T, L):
    """The four functions from Kaufman's products as she printed them, at 70 digits."""

    def log_z(K):
        cosh_gamma = mp.cosh(2 * K) * mp.coth(2 * K)
        gamma = [mp.acosh(cosh_gamma - mp.cos(k * mp.pi / L)) for k in range(2 * L)]
        gamma[0] = 2 * K + mp.log(mp.tanh(K))
        products = [
            mp.fprod(2 * f(L * g / 2) for g in gamma[first::2])
            for f, first in itertools.product((mp.cosh, mp.sinh), (0, 1))
        ]
        return mp.log(mp.fsum(products) / 2) + L * L * mp.log(2 * mp.sinh(2 * K)) / 2

    with mp.workdps(70):
        K = 1 / mp.mpf(T)
        step = K * mp.mpf(10) ** -18
        left, here, right = log_z(K - step), log_z(K), log_z(K + step)
        first, second = (right - left) / (2 * step), (right - 2 * here + left) / step**2
        return np.array([float(x / L**2) for x in (here, -first, K**2 * second, here - K * first)])


def onsager_by_mpmath(T):
    """Energy and heat capacity of the infinite lattice from Onsager's elliptic integrals."""
    with mp.workdps(100):  # at T = 0.05 the terms cancel to 66 digits
        K = 1 / mp.mpf(T)
        kappa = 2 * mp.tanh(2 * K) ** 2 - 1
        first, second = mp.ellipk(1 - kappa**2), mp.ellipe(1 - kappa**2)
        e = -mp.coth(2 * K) * (1 + 2 / mp.pi * kappa * first)
        bracket = 2 * (first - second) - (1 - kappa) * (mp.pi / 2 + kappa * first)
        return float(e), float(2 / mp.pi * (K * mp.coth(2 * K)) ** 2 * bracket)


def onsager_integral(T):
    """ln Z / N of the infinite lattice from Onsager's integral over one angle, by mpmath."""
    with mp.workdps(30):
        K = 1 / mp.mpf(T)
        kappa = 2 * mp.tanh(2 * K) ** 2 - 1

        def integrand(x):  # the angle exp(x) is counted from where the kink of Tc is
            sin2 = mp.sin(mp.exp(x)) ** 2
            return mp.exp(x) * mp.log((1 + mp.sqrt(kappa**2 * (1 - sin2) + sin2)) / 2)

        integral = mp.quad(integrand, [*range(-60, 0, 6), 0, mp.log(mp.pi / 2)])
        return float(mp.log(2 * mp.cosh(2 * K)) + integral / mp.pi)


def evaluated(T, L):
    return np.array([f(T, L) for f in FUNCTIONS])


# ---- the torus -------------------------------------------------------------------------------


@pytest.mark.parametrize("L", [2, 3, 4])
def test_small_torus_is_the_sum_over_all_configurations(L):
    for T in TEMPERATURES:
        np.testing.assert_allclose(evaluated(T, L), enumerated(T, L), rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("L", [2, 5, 16, 40])
def test_torus_has_kaufmans_values_at_every_temperature(L):
    for T in TEMPERATURES:
        np.testing.assert_allclose(
            evaluated(T, L), kaufman_by_mpmath(T, L), rtol=1e-13, atol=1e-13, err_msg=f"T = {T}"
        )


def test_large_torus_next_to_the_critical_point_has_kaufmans_values():
    for T in (TC - 1e-9, TC, TC + 1e-3):
        np.testing.assert_allclose(evaluated(T, 256), kaufman_by_mpmath(T, 256), rtol=0, atol=2e-12)


@pytest.mark.parametrize(
    "L, lnz, e, c, s",
    [
        (4, 0.9701197, -1.5656238, 0.78327, 0.28017),
        (16, 0.9321963, -1.4530649, 1.49870, 0.291850),
        (32, 0.9303204, -1.4336585, 1.84677, 0.298526),
        (40, 0.9300954, -1.4297713, 1.95818, 0.300014),
        (64, 0.9298516, -1.4239384, 2.19221, 0.302341),
    ],
)
def test_tabulated_values_at_the_critical_temperature(L, lnz, e, c, s):
    assert log_partition(TC, L) == pytest.approx(lnz, abs=6e-8)
    assert energy(TC, L) == pytest.approx(e, abs=6e-8)
    assert heat_capacity(TC, L) == pytest.approx(c, abs=6e-6)
    assert entropy(TC, L) == pytest.approx(s, abs=6e-6)


@pytest.mark.parametrize("L", [2, 3, 16])
def test_tiny_heat_capacity_of_a_cold_torus_keeps_its_digits(L):
    for T in (0.2, 0.3, 0.33, 0.34, 0.4):
        expected = kaufman_by_mpmath(T, L)[2]
        assert heat_capacity(T, L) == pytest.approx(expected, rel=1e-8, abs=0)


# ---- the infinite lattice --------------------------------------------------------------------


def test_critical_temperature_is_onsagers():
    assert isinstance(TC, float)
    assert np.sinh(2 / TC) == pytest.approx(1, abs=1e-15)


def test_infinite_lattice_at_its_critical_point():
    log_z = np.log(2) / 2 + 2 * float(mp.catalan) / np.pi
    assert log_partition(TC) == pytest.approx(log_z, abs=1e-14)
    assert energy(TC) == pytest.approx(-np.sqrt(2), abs=1e-14)
    assert heat_capacity(TC) == np.inf
    assert entropy(TC) == pytest.approx(log_z - np.sqrt(2) / TC, abs=1e-14)


@pytest.mark.parametrize("T", [T for T in TEMPERATURES if T != TC] + [TC - 1e-14, TC + 1e-14])
def test_infinite_lattice_is_onsagers_solution(T):
    e, c = onsager_by_mpmath(T)
    log_z = onsager_integral(T)
    assert energy(T) == pytest.approx(e, rel=0, abs=1e-14)
    assert heat_capacity(T) == pytest.approx(c, rel=1e-8 if T < 0.4 else 1e-10, abs=0)
    assert log_partition(T) == pytest.approx(log_z, rel=1e-14)
    assert entropy(T) == pytest.approx(log_z + e / T, abs=1e-13)


def test_infinite_lattice_obeys_kramers_wannier_duality():
    cold = np.array([0.4, 1.0, 1.9, TC - 1e-6, TC])
    hot = 2 / np.log(1 / np.tanh(1 / cold))
    difference = log_partition(cold) - log_partition(hot)
    np.testing.assert_allclose(difference, np.log(np.sinh(2 / cold)), rtol=0, atol=1e-13)


@pytest.mark.parametrize("T", [1.5, 3.5])
def test_a_torus_far_from_the_critical_point_is_nearly_infinite(T):
    two_phases = np.log(2) / 64**2 if T < TC else 0
    expected = evaluated(T, None) + [two_phases, 0, 0, two_phases]
    np.testing.assert_allclose(evaluated(T, 64), expected, rtol=0, atol=1e-12)


def test_magnetization_is_yangs():
    with mp.workdps(50):
        for T in (0.1, 0.5, 1.0, 2.0, 2.2, TC - 1e-3, TC - 1e-9, TC - 1e-14):
            expected = (1 - mp.sinh(2 / mp.mpf(T)) ** -4) ** (mp.mpf(1) / 8)
            assert spontaneous_magnetization(T) == pytest.approx(float(expected), rel=1e-14)


def test_magnetization_vanishes_at_and_above_the_critical_temperature():
    np.testing.assert_array_equal(spontaneous_magnetization([TC, TC + 1e-15, 3, 1e12]), 0)
    assert spontaneous_magnetization(1e-6) == 1


# ---- thermodynamics --------------------------------------------------------------------------


@pytest.mark.parametrize("L", [None, 2, 7, 40])
def test_derivatives_of_energy_and_entropy_are_the_heat_capacity(L):
    T, h = np.array([0.6, 1.2, 1.8, 2.1, 2.45, 3.0, 8.0]), 1e-3

    def derivative(f):
        return (8 * (f(T + h, L) - f(T - h, L)) - f(T + 2 * h, L) + f(T - 2 * h, L)) / (12 * h)

    np.testing.assert_allclose(derivative(energy), heat_capacity(T, L), rtol=0, atol=1e-7)
    np.testing.assert_allclose(derivative(entropy), heat_capacity(T, L) / T, rtol=0, atol=1e-7)


def test_tiny_entropy_of_a_cold_lattice_keeps_its_digits():
    """Down to its second term, of pairs of flipped spins, which is 1e-5 of the first at T = 1/3."""
    T, h = np.array([0.25, 0.29, 0.33]), 3e-4
    s = [entropy(T + k * h) for k in (-2, -1, 1, 2)]
    derivative = (s[0] - 8 * s[1] + 8 * s[2] - s[3]) / (12 * h)
    np.testing.assert_allclose(derivative, heat_capacity(T) / T, rtol=3e-7)


@pytest.mark.parametrize("L", [None, 2, 3, 16, 512])
def test_heat_capacity_is_never_negative_and_entropy_never_falls(L):
    T = np.geomspace(1e-3, 1e3, 400)
    assert (heat_capacity(T, L) >= 0).all()
    assert (np.diff(entropy(T, L)) >= 0).all()


@pytest.mark.parametrize("L", [None, 2, 3, 16, 512])
@pytest.mark.parametrize("T", [1e-300, 1e-6, 1e-3, 0.02])
def test_frozen_lattice_has_two_states_and_no_fluctuations(T, L):
    two_states = 0 if L is None else np.log(2) / L**2
    assert log_partition(T, L) == pytest.approx(2 / T + two_states, rel=1e-15)
    assert energy(T, L) == -2
    assert 0 <= heat_capacity(T, L) < 1e-150
    assert entropy(T, L) == pytest.approx(two_states, rel=1e-15, abs=1e-150)


@pytest.mark.parametrize("L", [None, 2, 3, 16, 512])
@pytest.mark.parametrize("T", [1e6, 1e12, 1e300, np.inf])
def test_hot_lattice_is_a_set_of_free_spins(T, L):
    bonds = 4 if L == 2 else 2  # sum of the squared couplings per spin; doubled bonds at L = 2
    assert log_partition(T, L) == pytest.approx(np.log(2), abs=1e-11)
    assert energy(T, L) == pytest.approx(-bonds / T, abs=1e-11)
    assert heat_capacity(T, L) == pytest.approx(bonds / T / T, rel=1e-5, abs=0)
    assert entropy(T, L) == pytest.approx(np.log(2), abs=1e-11)


# ---- the interface ---------------------------------------------------------------------------


@pytest.mark.parametrize("L", [None, 4])
def test_a_scalar_gives_a_float_and_an_array_its_own_shape(L):
    grid = np.array([[1.0, TC, 3.0], [0.1, 2.0, 50.0]])
    for f in (*(lambda T, f=f: f(T, L) for f in FUNCTIONS), spontaneous_magnetization):
        values = f(grid)
        assert values.shape == grid.shape and values.dtype == np.float64
        assert type(f(2)) is float and type(f(np.float32(2))) is float
        assert values[1, 1] == f(2) == f([2])[0]
        assert f([]).shape == (0,)


@pytest.mark.parametrize("f", [*FUNCTIONS, spontaneous_magnetization])
@pytest.mark.parametrize(
    "T, got",
    [
        (-1.0, "-1.0"),
        (0, "0.0"),
        (np.nan, "nan"),
        ([1.0, -2.0], "-2.0"),
        ("2.0", "'2.0'"),
        (None, "None"),
        (True, "True"),
        (1j, "1j"),
        ([[1], [1, 2]], r"\[\[1\]"),
    ],
)
def test_what_is_no_temperature_is_refused_by_name(f, T, got):
    with pytest.raises(ValueError, match=f"T must be a positive temperature.*got {got}"):
        f(T)


@pytest.mark.parametrize("f", FUNCTIONS)
@pytest.mark.parametrize("L", [1, 0, -4, 2.5, 4.0, True, "4", [4]])
def test_what_is_no_torus_is_refused_by_name(f, L):
    with pytest.raises(ValueError, match=r"L must be None \(.*\) or an integer of at least 2, got"):
        f(1.0, L)


def test_importing_exact_loads_neither_torch_nor_matplotlib():
    code = "import sys, ai4mat_ising.exact; print({'torch', 'matplotlib'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("set()", "")
