"""Nats above the entropy and importance weights agree with sums over all states; what is measured
are averages, and errors are the scatter of repetitions."""

import numpy as np
import pytest
import torch
from states import TC, all_configurations, boltzmann, crude_generator, total_energies

from ai4mat_ising.exact import energy, entropy
from ai4mat_ising.judging import (
    Estimate,
    NatsAboveEntropy,
    measure,
    nats_above_entropy,
    reweight,
)
from ai4mat_ising.observables import (
    binder_cumulant,
    correlation,
    energy_per_spin,
    magnetization,
    structure_factor,
)
from ai4mat_ising.sampling import sample_equilibrium
from ai4mat_ising.threads import torch_threads

# --- what is measured of configurations -------------------------------------------------------


def test_measured_are_averages_over_all_configurations():
    spins = sample_equilibrium(8, TC, 2500, seed=35)  # more than one part
    found = {name: estimate.value for name, estimate in measure(spins, TC).items()}
    e, m, g = energy_per_spin(spins), magnetization(spins), correlation(spins).mean(axis=0)
    S = structure_factor(spins).mean(axis=0)
    expected = {
        "E/N": e.mean(),
        "C/N": 64 * e.var() / TC**2,
        "|m|": np.abs(m).mean(),
        "U4": binder_cumulant(spins),
        "g(1)": g[1],
        "g(2)": g[2],
        "g(L/2)": g[4],
        "S(1,0)": (S[0, 1] + S[1, 0]) / 2,
        "S(1,1)": (S[1, 1] + S[-1, 1]) / 2,
    }
    assert found == pytest.approx(expected, rel=1e-12)
    assert found["g(1)"] == pytest.approx(-found["E/N"] / 2, rel=1e-12)


@pytest.mark.slow
def test_errors_are_the_scatter_of_repetitions():
    estimates = [measure(sample_equilibrium(4, TC, 400, seed=seed), TC) for seed in range(36, 136)]
    for name in estimates[0]:
        values, errors = np.array([estimate[name] for estimate in estimates]).T
        # The scatter of 100 is itself uncertain by 7 %.
        assert errors.mean() == pytest.approx(values.std(), rel=0.3), name


@pytest.mark.parametrize(
    "value, error, text",
    [
        (0.71341, 0.0021, "0.713(2)"),
        (-1.46, 0.1, "-1.5(1)"),
        (246.04, 0.69, "246.0(7)"),
        (39.81, 12.3, "40(12)"),
        (0.0427, 0.00096, "0.0427(10)"),
        (0.5, 0.0, "0.5"),
    ],
)
def test_estimates_print_their_error_in_the_last_digit(value, error, text):
    assert str(Estimate(value, error)) == text
    assert str(NatsAboveEntropy(value, error, "exact")) == text
    assert str(NatsAboveEntropy(value, error, "upper bound")) == f"<{text}"


@pytest.mark.parametrize(
    "spins, T, message",
    [
        (np.ones((5, 3, 3)), TC, "L of at least 4"),
        (np.ones((1, 4, 4)), TC, "n of at least 2"),
        (np.ones((4, 4)), TC, "shape"),
        (np.ones((5, 4, 4)), -1, "T must be a positive temperature"),
        (np.zeros((5, 4, 4)), TC, "spins must be"),
    ],
)
def test_what_cannot_be_measured_is_refused(spins, T, message):
    with pytest.raises(ValueError, match=message):
        measure(spins, T)


def test_two_configurations_can_be_measured():
    measured = measure(np.stack([np.ones((4, 4)), -np.ones((4, 4))]), TC)
    assert (measured["E/N"].value, measured["|m|"].value) == (-2, 1)


# --- nats above the entropy -------------------------------------------------------------------


def test_nats_above_the_entropy_are_the_divergence_summed_over_all_states():
    everything, generator = all_configurations(4), crude_generator(4)
    log_p, log_q = boltzmann(everything, TC), generator.log_prob(everything)
    divergence = np.exp(log_p) @ (log_p - log_q)
    result = nats_above_entropy(generator, sample_equilibrium(4, TC, 50_000, seed=14), TC)
    assert divergence > 20 * result.error
    assert abs(result.value - divergence) < 4 * result.error
    assert result.kind == "exact"


@pytest.mark.parametrize("n", [3, 4, 6])
def test_the_error_is_that_of_what_does_not_follow_the_energy(n):
    """With 2 parameters fitted, n - 2 of n values are left to tell the scatter."""
    spins = sample_equilibrium(4, TC, 200, seed=18)
    _, one_of_each = np.unique(energy_per_spin(spins), return_index=True)
    spins = spins[one_of_each][:n]
    log_q = np.random.default_rng(0).normal(-5, 1, n)
    e = energy_per_spin(spins) - energy(TC, 4)
    rest = -log_q - np.polyval(np.polyfit(e, -log_q, 1), e)
    result = nats_above_entropy(log_q, spins, TC)
    assert result.error == pytest.approx(np.sqrt((rest**2).sum() / (n - 2) / n))


@pytest.mark.slow
def test_the_error_is_the_scatter_of_repetitions():
    generator = crude_generator(4)
    results = [
        nats_above_entropy(generator, sample_equilibrium(4, TC, 500, seed=s), TC)
        for s in range(100)
    ]
    scatter = np.std([r.value for r in results])
    assert np.mean([r.error for r in results]) == pytest.approx(scatter, rel=0.3)


@pytest.mark.parametrize("T", [1.5, TC, 4.0])
def test_boltzmanns_distribution_is_zero_nats_above_a_coin_what_the_entropy_lacks(T):
    spins = sample_equilibrium(16, T, 100, seed=15)
    perfect = nats_above_entropy(boltzmann(spins, T), spins, T)
    coin = nats_above_entropy(np.full(100, -256 * np.log(2)), spins, T)
    np.testing.assert_allclose(perfect[:2], 0, atol=1e-9)
    expected = 256 * (np.log(2) - entropy(T, 16))
    np.testing.assert_allclose(coin[:2], [expected, 0], atol=1e-9)


class Bounded(torch.nn.Module):
    """Knows the magnetization of its images, and bounds that say which one was asked for."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.seeds, self.threads = [], set()

    def elbo(self, x, samples, seed):
        self.seeds.append(seed)
        self.threads.add(torch.get_num_threads())
        return 100 * x.mean((1, 2, 3)) - 1000 * samples

    def iwae_bound(self, x, k, seed):
        return self.elbo(x, 1, seed) + k


@pytest.mark.parametrize("k, offset", [(1, -1000), (5, -995)])
def test_a_model_with_bounds_gives_an_upper_bound(k, offset, monkeypatch):
    monkeypatch.setattr("ai4mat_ising.judging.IMAGES", 64)
    model, spins = Bounded(), sample_equilibrium(8, TC, 200, seed=16)
    with torch_threads(3):
        result = nats_above_entropy(model, spins, TC, k=k, seed=3)
    expected = nats_above_entropy(50 * (1 + magnetization(spins)) + offset, spins, TC)
    np.testing.assert_allclose(result[:2], expected[:2], rtol=1e-4)
    assert (result.kind, expected.kind) == ("upper bound", "exact")
    assert len(set(model.seeds)) == len(model.seeds) == 4
    assert model.threads == {1}


def test_arguments_of_the_wrong_kind_are_refused():
    spins = sample_equilibrium(4, TC, 10, seed=17)
    for model in (
        np.zeros(9),
        np.full(10, -np.inf),
        np.zeros((10, 1)),
        object(),
        "vae",
        ["x"] * 10,
    ):
        with pytest.raises(ValueError, match="model must have a method log_prob"):
            nats_above_entropy(model, spins, TC)
    for wrong in (spins[:2], spins[0], spins[:, None]):
        with pytest.raises(ValueError, match="spins must have shape"):
            nats_above_entropy(crude_generator(4), wrong, TC)
    for T in (0, -1.0, np.nan, np.inf, "2", [2.0] * 10):
        with pytest.raises(ValueError, match="T must be a positive temperature"):
            nats_above_entropy(crude_generator(4), spins, T)
    with pytest.raises(ValueError, match="k must be an integer of at least 1, got 0"):
        nats_above_entropy(Bounded(), spins, TC, k=0)


# --- reweighting ------------------------------------------------------------------------------


@pytest.mark.slow
def test_reweighted_samples_have_boltzmanns_averages():
    """From a generator trained at another temperature, whose own averages are far off."""
    n, T, generator = 100_000, 2.6, crude_generator(4)
    spins, everything = generator.sample(n, seed=18), all_configurations(4)
    weights, ess = reweight(generator.log_prob(spins), total_energies(spins), T)
    p = np.exp(boltzmann(everything, T))
    for observable in (energy_per_spin, lambda s: np.abs(magnetization(s))):
        values, exact = observable(spins), p @ observable(everything)
        error = np.sqrt((weights**2) @ (values - exact) ** 2)
        assert abs(weights @ values - exact) < 4 * error
        assert abs(values.mean() - exact) > 10 * error
    assert weights.sum() == pytest.approx(1)
    q = np.exp(generator.log_prob(everything))
    # Over 15 seeds of the samples it scatters by 1.2 %.
    assert ess == pytest.approx(1 / (p**2 / q).sum(), rel=0.05)


def test_samples_of_boltzmanns_distribution_all_count_the_same():
    spins = sample_equilibrium(40, TC, 20, seed=19)
    weights, ess = reweight(boltzmann(spins, TC), total_energies(spins), TC)
    np.testing.assert_allclose(weights, 1 / 20, rtol=1e-9)
    assert ess == pytest.approx(1)


def test_one_sample_that_outweighs_all_others_is_the_only_effective_one():
    weights, ess = reweight([0.0, 0, 0, -1000], np.zeros(4), 1.0)
    np.testing.assert_allclose(weights, [0, 0, 0, 1], atol=1e-12)
    assert ess == pytest.approx(1 / 4)


@pytest.mark.parametrize(
    "log_q, energies, T, message",
    [
        (np.zeros(3), np.zeros(4), 1.0, "same shape"),
        (np.zeros((3, 1)), np.zeros((3, 1)), 1.0, "same shape"),
        ([], [], 1.0, "same shape"),
        ([0, -np.inf], [0, 0], 1.0, "must be finite"),
        ([0, 0], [0, np.nan], 1.0, "must be finite"),
        ([0, 0], [0, 0], 0.0, "T must be a positive temperature, got 0.0"),
    ],
)
def test_nothing_is_reweighted_that_does_not_fit(log_q, energies, T, message):
    with pytest.raises(ValueError, match=message):
        reweight(log_q, energies, T)
