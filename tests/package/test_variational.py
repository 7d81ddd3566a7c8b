"""Free energies and ln Z from samples of a model agree with sums over all states."""

import warnings

import numpy as np
import pytest
from states import TC, all_configurations, boltzmann, crude_generator, total_energies

from ai4mat_ising import exact
from ai4mat_ising.judging import Estimate
from ai4mat_ising.observables import autocorrelation_time
from ai4mat_ising.variational import (
    independence_metropolis,
    log_partition_by_sampling,
    nats_above_free_energy,
    variational_free_energy,
)

L, T = 4, 2.6  # a crude generator that was trained at Tc


class Exact:
    """Boltzmann's distribution itself on the 3 x 3 torus, or the half of it with m > 0."""

    def __init__(self, T, half=False):
        self.spins = all_configurations(3)
        self.p = np.exp(boltzmann(self.spins, T))
        if half:
            self.p *= 2 * (self.spins.sum(axis=(1, 2)) > 0)
        self.p /= self.p.sum()

    def sample(self, n, seed=0):
        return self.spins[np.random.default_rng(seed).choice(len(self.p), n, p=self.p)]

    def log_prob(self, spins):
        place = (spins.reshape(-1, 9) > 0) @ (1 << np.arange(9))
        with np.errstate(divide="ignore"):
            return np.log(self.p[place])


@pytest.fixture(scope="module")
def enumerated():
    """Exact F_q / T and D(q || p) of the crude generator, summed over all states."""
    everything = all_configurations(L)
    log_q = crude_generator(L).log_prob(everything)
    q = np.exp(log_q)
    return q @ (log_q + total_energies(everything) / T), q @ (log_q - boltzmann(everything, T))


def test_the_free_energy_is_that_of_all_states_without_bias(enumerated):
    found = [variational_free_energy(crude_generator(L), T, n=2000, seed=s) for s in range(40)]
    values, errors = np.array([f[:2] for f in found]).T
    expected = T * enumerated[0] / L**2
    assert values.mean() == pytest.approx(expected, abs=4 * errors.mean() / 40**0.5)
    # The scatter of 40 is itself uncertain by 11 %.
    assert values.std() == pytest.approx(errors.mean(), rel=0.4)
    assert found[0].kind == "upper bound"
    assert str(found[0]) == "<" + str(Estimate(values[0], errors[0]))
    assert expected > -T * exact.log_partition(T, L) + 10 * errors.mean()


def test_the_gap_is_the_divergence(enumerated):
    gap = nats_above_free_energy(crude_generator(L), T, n=20_000, seed=1)
    assert enumerated[1] > 20 * gap.error
    assert gap.value == pytest.approx(enumerated[1], abs=4 * gap.error)


def test_the_partition_function_is_kaufmans():
    found = [log_partition_by_sampling(crude_generator(L), T, n=2000, seed=s) for s in range(40)]
    values, errors, shares = np.array(found).T
    bias = L**2 * (errors**2).mean() / 2  # of the logarithm
    expected = exact.log_partition(T, L) - bias
    assert values.mean() == pytest.approx(expected, abs=4 * errors.mean() / 40**0.5)
    assert values.std() == pytest.approx(errors.mean(), rel=0.4)
    assert 0.1 < shares.min() < shares.max() < 0.99


def test_metropolis_turns_the_models_samples_into_boltzmanns():
    """Over 40 seeds, energies deviate by 0.9 of the errors with autocorrelation."""
    spins = crude_generator(L).sample(20_000, seed=3)
    E = total_energies(spins)
    chain = independence_metropolis(crude_generator(L).log_prob(spins), E, T, seed=4)
    series = E[chain.index]
    error = (2 * autocorrelation_time(series) * series.var() / len(series)) ** 0.5
    expected = L**2 * exact.energy(T, L)
    assert abs(E.mean() - expected) > 10 * error
    assert series.mean() == pytest.approx(expected, abs=4 * error)
    moved = np.diff(chain.index) > 0
    assert chain.acceptance == moved.mean()
    assert (chain.index[1:][moved] == np.arange(1, len(spins))[moved]).all()
    assert 0.3 < chain.acceptance < 0.95


def test_a_perfect_model_is_always_accepted_and_has_no_error():
    model = Exact(TC)
    spins = model.sample(200)
    chain = independence_metropolis(model.log_prob(spins), total_energies(spins), TC)
    np.testing.assert_array_equal(chain.index, np.arange(200))
    assert chain.acceptance == 1
    found = log_partition_by_sampling(model, TC, n=200)
    assert found.value == pytest.approx(exact.log_partition(TC, 3), abs=1e-12)
    assert found.error < 1e-12 and found.ess == pytest.approx(1)


def test_a_lost_mode_costs_ln_2_and_only_the_signs_of_m_tell():
    half = Exact(TC, half=True)
    with pytest.warns(RuntimeWarning, match="positive in 1000 samples and negative in 0"):
        gap = nats_above_free_energy(half, TC, n=1000)
    assert gap == pytest.approx((np.log(2), 0), abs=1e-9)
    with pytest.warns(RuntimeWarning, match="lost modes"):
        found = log_partition_by_sampling(half, TC, n=1000)
    assert 9 * (exact.log_partition(TC, 3) - found.value) == pytest.approx(np.log(2))
    assert found.ess == pytest.approx(1)


def test_a_model_with_both_signs_raises_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        variational_free_energy(Exact(TC), TC, n=1000)


def test_weights_that_rest_on_few_samples_are_reported():
    with pytest.warns(RuntimeWarning, match="rest on about .* of 400 samples"):
        log_partition_by_sampling(Exact(50.0), 0.8, n=400)


def test_wrong_arguments_are_refused():
    model = crude_generator(4)
    for function in (variational_free_energy, nats_above_free_energy, log_partition_by_sampling):
        with pytest.raises(ValueError, match="T must be"):
            function(model, -1)
        with pytest.raises(ValueError, match="n must be an integer of at least 2, got 1"):
            function(model, T, n=1)
        with pytest.raises(ValueError, match="seed must"):
            function(model, T, seed=-1)
        with pytest.raises(ValueError, match="model must have methods sample and log_prob"):
            function("model", T)
    with pytest.raises(ValueError, match="same shape"):
        independence_metropolis([0, 0], [0, 0, 0], T)
