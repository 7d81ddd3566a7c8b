"""The exchangeable model draws what its log q says, and knows nothing but the magnetization."""

import numpy as np
import pytest
from scipy.special import gammaln
from scipy.stats import chi2
from states import TC, all_configurations, boltzmann, numbers_of

from ai4mat_ising.exchangeable import ExchangeableModel
from ai4mat_ising.judging import nats_above_entropy
from ai4mat_ising.sampling import sample_equilibrium


@pytest.fixture(scope="module")
def exchangeable():
    return ExchangeableModel(4).fit(sample_equilibrium(4, TC, 20_000, seed=30))


def test_probabilities_of_an_exchangeable_model_add_up_and_know_only_the_magnetization(
    exchangeable,
):
    everything = all_configurations(4)
    log_q, ups = exchangeable.log_prob(everything), (everything > 0).sum(axis=(1, 2))
    np.testing.assert_allclose(np.exp(log_q).sum(), 1, rtol=1e-12)
    for up in range(17):
        np.testing.assert_allclose(log_q[ups == up], log_q[ups == 16 - up][0], rtol=1e-12)


def test_samples_of_an_exchangeable_model_follow_its_probabilities(exchangeable):
    n = 200_000
    found = np.bincount(numbers_of(exchangeable.sample(n, seed=31)), minlength=2**16)
    p = np.exp(exchangeable.log_prob(all_configurations(4)))
    # Rare configurations are counted together, so that every count is large.
    order, group = np.argsort(-p), np.empty(2**16, dtype=int)
    group[order] = np.cumsum(p[order]) * 1000
    expected, counts = np.bincount(group, p * n), np.bincount(group, found)
    used = expected > 0
    deviation = ((counts - expected)[used] ** 2 / expected[used]).sum()
    assert deviation < chi2.ppf(0.999, used.sum() - 1)


def test_a_seed_fixes_the_samples_of_an_exchangeable_model(exchangeable):
    spins = exchangeable.sample(20, seed=1)
    assert spins.dtype == np.int8 and set(np.unique(spins)) == {-1, 1}
    np.testing.assert_array_equal(exchangeable.sample(20, seed=1), spins)
    assert (exchangeable.sample(20, seed=2) != spins).any()


def test_the_magnetization_alone_leaves_what_its_exact_distribution_leaves():
    """The divergence of Boltzmann's distribution from its average over all permutations."""
    everything = all_configurations(4)
    p, ups = np.exp(boltzmann(everything, TC)), (everything > 0).sum(axis=(1, 2))
    of_magnetization = np.bincount(ups, p)
    q = of_magnetization[ups] / np.bincount(ups)[ups]
    expected = (p * np.log(p / q)).sum()
    model = ExchangeableModel(4).fit(everything[numbers_of(sample_equilibrium(4, TC, 9, seed=0))])
    model._log_share = np.log(of_magnetization)
    found = nats_above_entropy(model, sample_equilibrium(4, TC, 40_000, seed=32), TC)
    assert abs(found.value - expected) < 4 * found.error < 0.1 * expected


def test_an_exchangeable_model_finds_the_distribution_of_the_magnetization():
    """On 16 x 16 its smoothing costs next to nothing: less than 0.1 of 24 nats."""
    train, fresh = (sample_equilibrium(16, TC, 20_000, seed=seed) for seed in (33, 34))
    known = nats_above_entropy(ExchangeableModel(16).fit(train), fresh, TC)
    itself = nats_above_entropy(ExchangeableModel(16).fit(fresh), fresh, TC)
    assert 0 < known.value - itself.value < 0.1
    assert known.value == pytest.approx(24.4, abs=0.6)  # 24.36 +- 0.12


def test_few_configurations_are_enough_for_a_large_lattice():
    """Of 1601 numbers of up spins 400 configurations hold few, which smoothing makes up for.

    It leaves 0.03 to 0.06 nats (5 seeds); with a quarter of the width 0.2, with width 1 it is 0.5.
    """
    rng, ups = np.random.default_rng(0), np.arange(1601)
    p = np.exp(-(((ups - 800) / 300) ** 2) / 2)
    p /= p.sum()
    train, fresh = rng.choice(ups, 400, p=p), rng.choice(ups, 2000, p=p)

    def configurations(ups):
        return np.where(np.arange(1600) < ups[:, None], 1, -1).reshape(-1, 40, 40)

    log_p = (np.log(p) - gammaln(1601) + gammaln(ups + 1) + gammaln(1601 - ups))[fresh]
    log_q = ExchangeableModel(40).fit(configurations(train)).log_prob(configurations(fresh))
    assert (log_p - log_q).mean() < 0.08


def test_an_exchangeable_model_refuses_what_it_cannot_use(exchangeable):
    with pytest.raises(RuntimeError, match=r"call fit\(spins\)"):
        ExchangeableModel(4).sample(3)
    with pytest.raises(ValueError, match="size must be an integer of at least 2"):
        ExchangeableModel(1)
    with pytest.raises(ValueError, match=r"spins must have shape \(n, 4, 4\)"):
        exchangeable.log_prob(np.ones((2, 5, 5), dtype=np.int8))
    assert exchangeable.sample(0).shape == (0, 4, 4)
