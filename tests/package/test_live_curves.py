"""Live figures of curves: a data collapse, and Gibbs' bound at other temperatures."""

import base64
import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from nodejs import node

from ai4mat_ising import exact, scaling
from ai4mat_ising.live import LiveBound, LiveCollapse
from ai4mat_ising.observables import energy_per_spin
from ai4mat_ising.packing import unpack_spins

SCRIPTS = Path(__file__).parents[2] / "ai4mat_ising" / "live"
SIZES = (8, 16, 32)
T = [2.27 * (1 + np.linspace(-1, 1.4, 13) / L) for L in SIZES]


@pytest.fixture
def picture():
    figure = plt.figure(figsize=(1, 1))
    yield figure
    plt.close(figure)


def computed(module, expression, state):
    """What an expression of a script's exports gives for a state."""
    program = f"""
        import * as all from "{(SCRIPTS / module).as_uri()}";
        const state = {json.dumps(state)};
        console.log(JSON.stringify(({expression})(all, state)));
    """
    return json.loads(node("--input-type=module", "--eval", program))


# --- the collapse -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def samples():
    """Two Gaussians round +-m, with m and a width that scale: Tc 2.27, nu 1, beta / nu 1/8."""
    rng = np.random.default_rng(0)
    parts = []
    for L, temperatures in zip(SIZES, T, strict=True):
        x = ((1 - 2.27 / temperatures) * L)[:, None]
        sign, noise = rng.choice([-1, 1], (13, 800)), rng.normal(size=(13, 800))
        parts.append(L**-0.125 * (sign / (1 + np.exp(2 * x)) + 0.3 * noise))
    return parts


@pytest.fixture(scope="module")
def point(samples):
    return scaling.critical_point(T, SIZES, samples)


def test_at_the_fit_the_page_counts_the_chi_square_of_the_fit(picture, samples, point):
    live = LiveCollapse(picture, T, SIZES, {"y": samples}, {"y": point}, exactly=(2.27, 1, 0.125))
    assert live.state["exactly"] == {"Tc": 2.27, "nu": 1, "ratio": 0.125}
    best = live.state["orders"][0]["best"]
    assert best["nu"] == pytest.approx(point.nu.value, abs=1e-5)
    expression = """(all, state) => [[1, 2], [3, 3]].map(([value, fitted]) => {
        const points = all.onScales(state, state.orders[0], state.orders[0].best).flat();
        const three = points.map((point) => [point[0], point[value], point[value + 1]]);
        return all.chiSquare(three, fitted);
    })"""
    U, y = computed("collapse.mjs", expression, live.state)
    assert U == pytest.approx(point.chi_square, rel=1e-3)
    assert 0.3 < y < 5


def test_the_points_lie_on_the_scales_of_the_chapter(picture, samples, point):
    state = LiveCollapse(picture, T, SIZES, {"y": samples}, {"y": point}).state
    at = {"Tc": 2.3, "nu": 0.8, "ratio": 0.2}
    points = computed(
        "collapse.mjs", f"(all, state) => all.onScales(state, state.orders[0], {at})", state
    )
    for L, temperatures, part, found in zip(SIZES, T, samples, points, strict=True):
        x, U, _, y, _ = np.array(found).T
        np.testing.assert_allclose(x, (1 - 2.3 / temperatures) * L**1.25, atol=1e-3)
        np.testing.assert_allclose(U, scaling.cumulant(part), atol=1e-5)
        np.testing.assert_allclose(y, L**0.2 * np.abs(part).mean(axis=1), rtol=1e-4)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"orders": {}}, r"orders must be a dict with at least one name, .* got \[\] and"),
        ({"points": {"z": None}}, r"points have the same names, got \['y'\] and \['z'\]"),
        ({"sizes": (8,)}, "sizes must be two to four, with temperatures for each, got 1 and 3"),
        ({"orders": {"y": [np.ones((12, 9))] * 3}}, "orders must have samples at each temperature"),
        ({"orders": {"y": [np.ones((13, 9))] * 3}}, "orders must hold samples that vary, got 'y'"),
    ],
)
def test_a_collapse_that_cannot_be_drawn_is_refused(picture, samples, point, change, message):
    arguments = {"orders": {"y": samples}, "points": {"y": point}, "sizes": SIZES, **change}
    with pytest.raises(ValueError, match=message):
        LiveCollapse(picture, T, **arguments)


# --- the bound ----------------------------------------------------------------------------------


def coins(n, L, seed=0):
    spins = 2 * np.random.default_rng(seed).integers(0, 2, (n, L, L)) - 1
    return spins, np.full(n, -(L**2) * np.log(2))


def test_a_coin_is_above_by_what_the_exact_values_say(picture):
    spins, log_q = coins(400, 8)
    state = json.loads(json.dumps(LiveBound(picture, {"a coin": (spins, log_q)}).state))
    (coin,) = state["generators"]
    assert coin["entropy"] == pytest.approx(64 * np.log(2), abs=1e-4)
    gap = "(all, state) => state.T.map((_, k) => all.gapAt(state, state.generators[0], k))"
    gaps = computed("bound.mjs", gap, state)
    temperatures, E = np.array(state["T"]), 64 * energy_per_spin(spins).mean()
    expected = E / temperatures - 64 * np.log(2) + 64 * exact.log_partition(temperatures, 8)
    np.testing.assert_allclose(gaps, expected, atol=2e-3)
    assert np.all(np.diff(gaps) < 0)
    packed = np.frombuffer(base64.b64decode(coin["spins"]), np.uint8).reshape(12, 8)
    np.testing.assert_array_equal(unpack_spins(packed, 8), spins[:12])


@pytest.mark.parametrize(
    "generators, message",
    [
        ({}, "generators must be a dict with at least one, got {}"),
        ({"a": coins(11, 4)}, r"at least 12 configurations .* got shapes \(11, 4, 4\) and \(11,\)"),
        ({"a": (coins(20, 4)[0], np.zeros(19))}, r"and as many ln q, got .* \(19,\) for 'a'"),
        ({"a": (coins(20, 4)[0], np.full(20, np.nan))}, "finite ln q, got others for 'a'"),
        ({"a": coins(20, 4), "b": coins(20, 8)}, r"the same lattice size, got \[4, 8\]"),
    ],
)
def test_a_bound_that_cannot_be_drawn_is_refused(picture, generators, message):
    with pytest.raises(ValueError, match=message):
        LiveBound(picture, generators)
