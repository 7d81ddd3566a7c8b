"""The plain autoregressive generator draws what its log q says."""

import numpy as np
import pytest
import torch
from scipy.stats import chi2
from states import all_configurations, numbers_of

from ai4mat_ising.autoregressive import AutoregressiveGenerator


def random_generator(L, symmetric=True):
    """With weights that are not small, so that a slip in a mask shows."""
    generator = AutoregressiveGenerator(L, width=3, symmetric=symmetric, seed=1)
    random = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in generator.parameters():
            parameter.copy_(0.5 * torch.randn(parameter.shape, generator=random))
    generator.set_coupling(0.4)
    return generator


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("L", [2, 3])
def test_probabilities_of_all_states_add_up_to_one(L, symmetric):
    log_q = random_generator(L, symmetric).log_prob(all_configurations(L))
    assert log_q.shape == (2 ** (L * L),) and log_q.dtype == np.float64
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-5)
    assert np.exp(log_q).std() > 0.1 / len(log_q)  # far from uniform


@pytest.mark.slow
def test_probabilities_of_all_states_of_4_times_4_add_up_to_one():
    log_q = random_generator(4).log_prob(all_configurations(4))
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("symmetric", [True, False])
def test_samples_follow_log_q(symmetric):
    n, generator = 50_000, random_generator(3, symmetric)
    expected = n * np.exp(generator.log_prob(all_configurations(3)))
    observed = np.bincount(numbers_of(generator.sample(n, seed=5)), minlength=len(expected))
    rare = expected < 10
    expected = np.append(expected[~rare], expected[rare].sum())
    observed = np.append(observed[~rare], observed[rare].sum())
    assert chi2.sf(((observed - expected) ** 2 / expected).sum(), len(expected) - 1) > 1e-3


def test_only_without_biases_are_a_configuration_and_its_negative_equally_likely():
    spins = all_configurations(3)[:50]
    for symmetric in (True, False):
        generator = random_generator(3, symmetric)
        same = np.isclose(generator.log_prob(spins), generator.log_prob(-spins), atol=1e-4)
        assert same.all() if symmetric else not same.all()


def test_no_spin_sees_itself_or_a_later_one():
    generator = random_generator(4, symmetric=False)
    flat = torch.ones(1, 16)
    before = generator(flat)[0]
    for site in range(16):
        flipped = flat.clone()
        flipped[0, site] = -1
        changed = (generator(flipped)[0] != before).numpy()
        np.testing.assert_array_equal(changed, np.arange(16) > site)


def test_what_is_drawn_has_the_probability_that_is_returned_with_it():
    generator = random_generator(4)
    spins, log_q = generator.draw(20, torch.Generator().manual_seed(3))
    assert log_q.requires_grad
    expected = generator.log_prob(spins.numpy())
    np.testing.assert_allclose(log_q.detach().numpy(), expected, atol=1e-4)


def test_the_seed_fixes_weights_and_samples():
    a, b, other = (AutoregressiveGenerator(3, seed=seed) for seed in (0, 0, 1))
    assert torch.equal(a.into, b.into) and not torch.equal(a.into, other.into)
    generator = random_generator(3)
    again = generator.sample(30, seed=1)
    np.testing.assert_array_equal(generator.sample(30, seed=1), again)
    assert (generator.sample(30, seed=2) != again).any()
    assert generator.sample(0).shape == (0, 3, 3)


def test_wrong_arguments_are_refused():
    for arguments in [(1,), (4, 0), (4.0,)]:
        with pytest.raises(ValueError, match="must be an integer"):
            AutoregressiveGenerator(*arguments)
    for ask in (lambda g: g.sample(1), lambda g: g.log_prob(np.ones((1, 4, 4), dtype=int))):
        with pytest.raises(RuntimeError, match="fit_energy"):
            ask(AutoregressiveGenerator(4))
    with pytest.raises(ValueError, match="spins must"):
        random_generator(4).log_prob(np.ones((1, 3, 3), dtype=int))
