"""Whatever is drawn from one seed shares no random number with what is drawn from another, nor with
another part of the same."""

from collections import Counter

import numpy as np
import pytest
import torch
from states import crude_generator
from torch import nn

from ai4mat_ising import judging
from ai4mat_ising.drawing import draw
from ai4mat_ising.exchangeable import ExchangeableModel
from ai4mat_ising.judging import nats_above_entropy
from ai4mat_ising.models import VAE
from ai4mat_ising.seeds import independent_seeds

SEEDS = range(5)
UNIFORM, NORMAL = torch.rand, torch.randn
IMAGES = (torch.arange(2 * 16).view(2, 1, 4, 4) % 3 == 0).float()


@pytest.fixture
def heads(monkeypatch):
    """The uniform numbers, 20 of 53 bits, with which the stream behind each array begins."""
    found = []

    def noted(function):
        def wrapper(*shape, generator):
            clone = torch.Generator()
            clone.set_state(generator.get_state())
            found.append(UNIFORM(20, generator=clone, dtype=torch.float64).tolist())
            return function(*shape, generator=generator)

        return wrapper

    monkeypatch.setattr(torch, "rand", noted(UNIFORM))
    monkeypatch.setattr(torch, "randn", noted(NORMAL))
    return found


def repeated(streams):
    """Numbers that occur more than once; two of 53 bits are equal by chance once in 10^15."""
    return [number for number, count in Counter(sum(streams, [])).items() if count > 1]


def test_seeds_are_independent_repeatable_and_the_same_for_any_number():
    parts = [independent_seeds(seed, 3) for seed in SEEDS]
    assert len({part for seeds in parts for part in [*seeds, *SEEDS]}) == 3 * 5 + 5
    assert independent_seeds(3, 2) == parts[3][:2]
    assert independent_seeds(2**128, 1) != independent_seeds(0, 1)


@pytest.mark.parametrize("decoder", ["dense", "autoregressive"])
def test_no_code_of_a_seed_shares_a_number_with_spins_or_codes_of_it_or_of_its_neighbours(
    heads, decoder
):
    """Every array of random numbers of a VAE, as if it were drawn anew as uniform numbers."""
    model = VAE(4, 2, 8, decoder)
    heads.clear()
    for seed in SEEDS:
        model.sample(10, seed)  # codes, then spins
        model.elbo(IMAGES, seed=seed)
    plain = [UNIFORM(20, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
             for seed in SEEDS]  # fmt: skip
    assert len(heads) == 3 * len(SEEDS)
    assert repeated(heads + [numbers.tolist() for numbers in plain]) == []


def test_samples_are_drawn_at_codes_with_the_spins_of_the_same_seed():
    class Remembers(nn.Module):
        def forward(self, z):
            self.codes = z
            return z[:, :1, None, None].expand(-1, 1, 4, 4)

    model = VAE(4, 2, decoder=Remembers(), encoder="dense")
    spins = model.sample(50, seed=3)
    codes = model.decoder.codes
    np.testing.assert_array_equal(model.draw(codes, seed=3), spins)
    assert (model.draw(codes, seed=4) != spins).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_spins_drawn_from_probabilities_do_not_follow_codes_drawn_from_the_seed(seed):
    """Of 40,000 coins half agree, up to 5 sigma, with those tossed from the seed itself."""
    spins = draw(np.full((400, 10, 10), 0.5), seed) > 0
    for other in SEEDS:
        coins = np.random.default_rng(other).random(spins.shape) < 0.5
        assert (spins == coins).mean() == pytest.approx(0.5, abs=5 * 0.5 / 200)


class Notes(VAE):
    """Keeps the bounds that it is asked for."""

    def __init__(self):
        torch.manual_seed(0)
        super().__init__(4, 2, 8)
        self.bounds = []

    def elbo(self, x, samples, seed):
        self.bounds.append(super().elbo(x, samples, seed))
        return self.bounds[-1]


def test_parts_of_a_bound_have_noise_of_their_own(monkeypatch):
    """Bounds of equal images, in four parts of 500: their noise correlates by chance only, also
    with that of a seed 500 further on."""
    monkeypatch.setattr(judging, "IMAGES", 500)
    model, spins = Notes(), np.ones((2000, 4, 4), dtype=np.int8)
    for seed in (0, 500):
        nats_above_entropy(model, spins, 2.0, seed=seed)
    correlations = np.corrcoef(np.array(model.bounds)) - np.eye(8)
    assert np.abs(correlations).max() < 5 / 500**0.5


@pytest.mark.parametrize("name", ["draw", "sample", "elbo", "iwae_bound"])
@pytest.mark.parametrize("seed", [-1, 0.5, True, "0", None])
def test_a_seed_must_be_an_integer_of_at_least_0(name, seed):
    model = VAE(4, 2, 8)
    argument = {"draw": torch.zeros(1, 2), "sample": 3}.get(name, IMAGES)
    with pytest.raises(ValueError, match="seed must be an integer of at least 0, got"):
        getattr(model, name)(argument, seed=seed)


GENERATORS = {
    "VAE": lambda: VAE(4, 2, 8),
    "autoregressive VAE": lambda: VAE(4, 2, 8, "autoregressive"),
    "ExchangeableModel": lambda: ExchangeableModel(4).fit(np.ones((9, 4, 4))),
    "HierarchicalGenerator": lambda: crude_generator(4),
}


@pytest.mark.parametrize("generator", GENERATORS)
def test_all_that_samples_takes_the_same_numbers_and_seeds(generator):
    model = GENERATORS[generator]()
    for name, value in [("n", -1), ("n", 2.5), ("n", True), ("seed", -1), ("seed", "0")]:
        with pytest.raises(ValueError, match=f"{name} must be an integer of at least 0, got"):
            model.sample(**{"n": 2, name: value})
    assert model.sample(0).shape == (0, 4, 4) and model.sample(0).dtype == np.int8
    assert model.sample(np.int64(2), seed=2**100).shape == (2, 4, 4)
