"""Training from the energy follows the gradient of the free energy, down to Kaufman's value."""

import numpy as np
import pytest
import torch
from states import TC, all_configurations, total_energies

from ai4mat_ising import energy_training
from ai4mat_ising.autoregressive import AutoregressiveGenerator
from ai4mat_ising.energy_training import EnergyHistory, energies, fit_energy
from ai4mat_ising.hierarchical import HierarchicalGenerator
from ai4mat_ising.threads import torch_threads
from ai4mat_ising.variational import nats_above_free_energy


class NoStep(torch.optim.Optimizer):
    """Leaves the weights alone, and keeps each gradient that it is given."""

    def __init__(self, parameters):
        super().__init__(parameters, {})
        self.seen = []

    def step(self):
        parameters = self.param_groups[0]["params"]
        self.seen.append(torch.cat([p.grad.flatten() for p in parameters]).numpy())


def exact_gradient(generator, T):
    """Of the sum of q (ln q + E/T) over all states of the 3 x 3 torus."""
    spins = all_configurations(3)
    log_q = generator._log_q(torch.as_tensor(spins.reshape(-1, 9)).float())
    E = torch.as_tensor(total_energies(spins)).float()
    parameters = [*generator.parameters()]
    F = (log_q.exp() * (log_q + E / T)).sum()
    return torch.cat([g.flatten() for g in torch.autograd.grad(F, parameters)]).numpy()


def test_the_gradient_is_that_of_the_free_energy_without_bias():
    """Without the baseline's n / (n - 1) there would be 20 % missing at five samples."""
    generator = AutoregressiveGenerator(3, width=1, symmetric=False, seed=4)
    fit_energy(generator, 3.0, iterations=5, samples=20)
    optimizer, random = NoStep(generator.parameters()), torch.Generator().manual_seed(5)
    for _ in range(2000):
        energy_training._step(generator, optimizer, 5, random, EnergyHistory())
    found, exact = np.array(optimizer.seen), exact_gradient(generator, 3.0)
    error = found.std(axis=0) / len(found) ** 0.5
    used = exact != 0
    assert used.sum() > 80 and not found[:, ~used].any()
    pull = (found.mean(axis=0) - exact)[used] / error[used]
    assert np.abs(pull).max() < 4.5
    slope = (found.mean(axis=0) @ exact) / (exact @ exact)
    assert slope == pytest.approx(1, abs=0.1)


def test_energies_are_those_of_the_observables():
    spins = all_configurations(3)
    np.testing.assert_allclose(energies(torch.as_tensor(spins).float()), total_energies(spins))


@pytest.mark.slow
@pytest.mark.parametrize("L, T", [(5, 2.0), (6, TC), (8, 1.5), (8, TC), (8, 4.0)])
def test_the_hierarchical_generator_learns_boltzmanns_distribution_from_the_energy(L, T):
    generator = HierarchicalGenerator(L)
    fit_energy(generator, T, iterations=150, samples=300)
    gap = nats_above_free_energy(generator, T, n=4000, seed=1)
    assert -4 * gap.error < gap.value < 0.05
    assert generator.coupling == pytest.approx(1 / T)


@pytest.mark.slow
def test_the_plain_generator_learns_from_the_energy_too():
    generator = AutoregressiveGenerator(6)
    fit_energy(generator, TC, iterations=300, samples=300)
    gap = nats_above_free_energy(generator, TC, n=4000, seed=1)
    assert -4 * gap.error < gap.value < 0.1


def test_a_second_call_goes_on_from_the_coupling_of_the_first():
    generator = HierarchicalGenerator(4)
    first = fit_energy(generator, 4.0, iterations=10, samples=20)
    second = fit_energy(generator, 2.0, iterations=10, samples=20, seed=1)
    np.testing.assert_allclose(first.coupling[:5], [0.11875, 0.1625, 0.20625, 0.25, 0.25])
    np.testing.assert_allclose(second.coupling[:5], [0.3125, 0.375, 0.4375, 0.5, 0.5])
    assert {len(values) for h in (first, second) for values in vars(h).values()} == {10}
    at_once = fit_energy(HierarchicalGenerator(4), 2.0, iterations=3, samples=20, anneal=0)
    assert at_once.coupling == [0.5] * 3


def test_the_seed_fixes_the_training_and_nothing_else_does():
    spins, log_q = all_configurations(4)[::500], []
    for seed, state in [(0, 1), (0, 2), (1, 2)]:
        torch.manual_seed(state)
        before = torch.get_rng_state()
        generator = HierarchicalGenerator(4)
        with torch.no_grad(), torch_threads(2):
            fit_energy(generator, 2.0, iterations=5, samples=20, seed=seed)
            assert torch.get_num_threads() == 2
        log_q.append(generator.log_prob(spins))
        assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(log_q[0], log_q[1])
    assert (log_q[0] != log_q[2]).all()


def test_an_interrupt_keeps_what_was_reached(monkeypatch):
    def interrupted(generator, optimizer, samples, random, history):
        if len(history.spread) == 3:
            raise KeyboardInterrupt
        step(generator, optimizer, samples, random, history)

    step = energy_training._step
    monkeypatch.setattr(energy_training, "_step", interrupted)
    generator = HierarchicalGenerator(4)
    history = fit_energy(generator, 2.0, iterations=100, samples=20)
    assert len(history.free_energy) == 3
    assert generator.sample(2).shape == (2, 4, 4)


def test_a_loss_that_is_not_finite_stops_the_training_before_the_step():
    generator = AutoregressiveGenerator(3)
    with torch.no_grad():
        generator.bias[0] = float("nan")
    with pytest.raises(FloatingPointError, match="iteration 1; try a smaller lr"):
        fit_energy(generator, 2.0, iterations=2, samples=5)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"T": 0}, "T must be a positive number, got 0"),
        ({"T": "cold"}, "T must be"),
        ({"lr": -1}, "lr must be"),
        ({"iterations": 0}, "iterations must be"),
        ({"samples": 1}, "samples must be an integer of at least 2, got 1"),
        ({"anneal": 2}, "anneal must lie between 0 and 1, got 2"),
        ({"seed": -1}, "seed must be"),
        ({"generator": "net"}, "generator must be .*; got str"),
    ],
)
def test_wrong_arguments_are_refused(change, message):
    arguments = {"generator": HierarchicalGenerator(4), "T": 2.0} | change
    with pytest.raises(ValueError, match=message):
        fit_energy(**arguments)
