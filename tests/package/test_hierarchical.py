"""The hierarchical generator draws what its log q says, and comes close to Boltzmann."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from scipy.stats import chi2
from states import TC, all_configurations, boltzmann, crude_generator, numbers_of

from ai4mat_ising import hierarchical
from ai4mat_ising.exact import energy
from ai4mat_ising.hierarchical import HierarchicalGenerator
from ai4mat_ising.judging import nats_above_entropy, reweight
from ai4mat_ising.observables import energy_per_spin
from ai4mat_ising.sampling import sample_equilibrium
from ai4mat_ising.threads import torch_threads

# --- which sites, in which order --------------------------------------------------------------

SIZES = [2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 40]


@pytest.mark.parametrize("size", SIZES)
def test_every_site_is_drawn_once(size):
    drawn = sum(targets.astype(int) for _, targets, _ in hierarchical.half_steps(size))
    np.testing.assert_array_equal(drawn, np.ones((size, size)))


@pytest.mark.parametrize("size", SIZES)
def test_all_sites_of_a_half_step_see_the_known_ones_at_the_same_offsets(size):
    known = np.zeros((size, size), dtype=bool)
    for _, targets, _ in hierarchical.half_steps(size):
        views = [np.roll(known, (-y, -x), axis=(0, 1)) for y, x in np.argwhere(targets)]
        for view in views:
            np.testing.assert_array_equal(view, views[0])
        known |= targets


def test_five_eighths_of_the_spins_have_a_closed_form_on_40_times_40():
    steps = hierarchical.half_steps(40)
    assert sum(targets.sum() for kind, targets, _ in steps if kind != "learned") == 1000


def test_the_closed_forms_are_boltzmanns_conditional_probabilities():
    """Weights of all states, summed over the spins that are not drawn yet."""
    T, L, everything = 2.0, 4, all_configurations(4)
    p, known = np.exp(boltzmann(everything, T)), np.zeros((L, L), dtype=bool)
    offsets = {"edge": hierarchical.NEIGHBOURS, "diagonal": hierarchical.ACROSS}
    logits = {"edge": hierarchical.edge_logits, "diagonal": hierarchical.diagonal_logits}
    tested = []
    for kind, targets, _ in hierarchical.half_steps(L):
        for y, x in np.argwhere(targets) if kind != "learned" else []:
            group = numbers_of(np.where(known, everything, -1))
            up = everything[:, y, x] > 0
            exact = np.log(np.bincount(group, p * up)[group] / np.bincount(group, p * ~up)[group])
            sites = (np.array([y, x]) + offsets[kind]) % L
            seen = torch.as_tensor(everything[:, sites[:, 0], sites[:, 1]].T).double()
            np.testing.assert_allclose(logits[kind](1 / T, seen), exact, atol=1e-9)
            tested.append(kind)
        known |= targets
    assert tested == ["diagonal"] * 2 + ["edge"] * 8


@pytest.mark.parametrize("T", [1.5, TC, 5.0])
def test_the_coupling_is_found_in_the_data(T):
    spins = sample_equilibrium(16, T, 2000, seed=3)
    assert hierarchical.fit_coupling(spins) == pytest.approx(1 / T, rel=0.02)


# --- log q ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("L", [3, 4])
def test_probabilities_of_all_states_add_up_to_one(L):
    log_q = crude_generator(L).log_prob(all_configurations(L))
    assert log_q.shape == (2 ** (L * L),) and log_q.dtype == np.float64
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("L", [3, 4])
def test_samples_follow_log_q(L):
    n, generator = 200_000, crude_generator(L)
    expected = n * np.exp(generator.log_prob(all_configurations(L)))
    observed = np.bincount(numbers_of(generator.sample(n, seed=5)), minlength=len(expected))
    rare = expected < 10
    expected = np.append(expected[~rare], expected[rare].sum())
    observed = np.append(observed[~rare], observed[rare].sum())
    expected, observed = expected[expected > 0], observed[expected > 0]
    assert chi2.sf(((observed - expected) ** 2 / expected).sum(), len(expected) - 1) > 1e-3


@pytest.mark.parametrize("L", [3, 8, 10])
def test_the_probability_is_the_same_with_all_spins_flipped(L):
    spins = sample_equilibrium(L, TC, 50, seed=6)
    generator = crude_generator(L)
    np.testing.assert_allclose(generator.log_prob(spins), generator.log_prob(-spins), atol=1e-4)


def test_log_q_of_a_configuration_does_not_depend_on_the_others():
    spins, generator = sample_equilibrium(8, TC, 600, seed=7), crude_generator(8)
    one_by_one = [generator.log_prob(spins[i : i + 1])[0] for i in (0, 255, 256, 599)]
    np.testing.assert_allclose(generator.log_prob(spins)[[0, 255, 256, 599]], one_by_one, atol=1e-4)


def test_a_network_is_odd_and_has_the_symmetries_of_its_window():
    window = np.array([(y, x) for y in (-1, 0, 1) for x in (-1, 0, 1) if (y, x) != (0, 0)])
    symmetries = hierarchical._symmetries(window, 16)
    assert len({tuple(image) for image in symmetries.tolist()}) == 8
    network = hierarchical.OddNetwork(symmetries, torch.Generator().manual_seed(0))
    torch.nn.init.normal_(network.linear, generator=torch.Generator().manual_seed(1))
    known = torch.randn(8, 20, generator=torch.Generator().manual_seed(2))
    square = torch.cat([known[:4], torch.zeros(1, 20), known[4:]]).reshape(3, 3, 20)
    for turned in (square.flip(0), square.rot90(), square.transpose(0, 1)):
        seen = turned.reshape(9, 20)[[0, 1, 2, 3, 5, 6, 7, 8]]
        torch.testing.assert_close(network(seen), network(known))
    torch.testing.assert_close(network(-known), -network(known))
    assert network(known).std() > 0.1


# --- how good it becomes ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("T", [1.0, TC, 5.0])
def test_it_comes_close_to_boltzmann_at_any_temperature(T):
    data = sample_equilibrium(8, T, 20_000, seed=8)
    generator = HierarchicalGenerator(8).fit(data, iterations=300)
    result = nats_above_entropy(generator, sample_equilibrium(8, T, 20_000, seed=9), T)
    assert -4 * result.error < result.value < 0.02
    spins = generator.sample(20_000, seed=10)
    E = energy_per_spin(spins)
    assert reweight(generator.log_prob(spins), 64 * E, T).ess > 0.95
    assert E.mean() == pytest.approx(energy(T, 8), rel=0.01)


@pytest.mark.slow
def test_it_comes_close_to_boltzmann_on_odd_lattices_too():
    """There a window may know a neighbour: with the teacher of even lattices it is 0.57(2) nats
    off. Seven seeds end at 0.002 to 0.005."""
    data = sample_equilibrium(5, TC, 4000, seed=1)
    generator = HierarchicalGenerator(5).fit(data, iterations=300)
    result = nats_above_entropy(generator, sample_equilibrium(5, TC, 4000, seed=2), TC)
    assert -4 * result.error < result.value < 0.05


def test_the_seeds_fix_training_and_samples_and_nothing_else_does():
    data, log_q = sample_equilibrium(4, TC, 300, seed=11), []
    everything = all_configurations(4)[::100]
    for seed, state in [(0, 1), (0, 2), (1, 2)]:
        torch.manual_seed(state)
        before = torch.get_rng_state()
        generator = HierarchicalGenerator(4).fit(data, seed, iterations=10)
        log_q.append(generator.log_prob(everything))
        again = generator.sample(300, seed=1)
        np.testing.assert_array_equal(generator.sample(300, seed=1), again)
        assert (generator.sample(300, seed=2) != again).any()
        assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(log_q[0], log_q[1])
    assert (log_q[0] != log_q[2]).all()


def test_it_trains_where_gradients_are_switched_off():
    data = sample_equilibrium(4, TC, 300, seed=11)
    with torch.no_grad():
        generator = HierarchicalGenerator(4).fit(data, iterations=10)
    expected = HierarchicalGenerator(4).fit(data, iterations=10).log_prob(data)
    np.testing.assert_array_equal(generator.log_prob(data), expected)


def test_an_interrupt_leaves_the_generator_as_it_was(monkeypatch):
    data, count = sample_equilibrium(4, 1.0, 300, seed=12), []
    hot = sample_equilibrium(4, 4.0, 300, seed=13)
    generator = HierarchicalGenerator(4).fit(hot, iterations=10)
    before, coupling = generator.log_prob(data), generator.coupling

    def interrupted(*arguments):
        count.append(1)
        if len(count) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(hierarchical, "_train", interrupted)
    with pytest.raises(KeyboardInterrupt):
        generator.fit(data)
    np.testing.assert_array_equal(generator.log_prob(data), before)
    assert generator.coupling == coupling


@pytest.mark.parametrize("outcome", [None, KeyboardInterrupt])
def test_it_trains_on_one_thread_and_leaves_as_many_as_there_were(monkeypatch, outcome):
    def train(*_):
        threads.append(torch.get_num_threads())
        if outcome:
            raise outcome

    threads = []
    monkeypatch.setattr(hierarchical, "_train", train)
    with torch_threads(3):
        with pytest.raises(outcome) if outcome else nullcontext():
            HierarchicalGenerator(4).fit(np.ones((3, 4, 4)))
        assert torch.get_num_threads() == 3
    assert {*threads} == {1}


@pytest.mark.parametrize("size", [7, 14, 44, 1, 0, -4, 4.0, True, "16", None])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ValueError, match="size must be"):
        HierarchicalGenerator(size)


def test_an_untrained_generator_says_so():
    for ask in (lambda g: g.sample(1), lambda g: g.log_prob(np.ones((1, 4, 4), dtype=int))):
        with pytest.raises(RuntimeError, match="call fit"):
            ask(HierarchicalGenerator(4))


@pytest.mark.parametrize(
    "spins",
    [
        np.ones((3, 8, 8)),
        np.ones((4, 4)),
        np.ones((0, 4, 4)),
        np.zeros((3, 4, 4)),
        "spins",
        np.ones((3, 1, 4, 4)),
    ],
)
def test_configurations_of_the_wrong_kind_are_refused(spins):
    for method in (HierarchicalGenerator(4).fit, crude_generator(4).log_prob):
        with pytest.raises(ValueError, match="spins must"):
            method(spins)


def test_numbers_of_the_wrong_kind_are_refused():
    with pytest.raises(ValueError, match="n must be an integer of at least 0, got -1"):
        crude_generator(4).sample(-1)
    with pytest.raises(ValueError, match="seed must be an integer of at least 0, got 0.5"):
        crude_generator(4).sample(1, seed=0.5)
    with pytest.raises(ValueError, match="seed must"):
        HierarchicalGenerator(4).fit(np.ones((3, 4, 4)), seed=-1)
    with pytest.raises(ValueError, match="iterations must be an integer of at least 1, got 0"):
        HierarchicalGenerator(4).fit(np.ones((3, 4, 4)), iterations=0)


def test_no_samples_are_an_empty_array():
    assert crude_generator(4).sample(0).shape == (0, 4, 4)
