"""The hierarchical generator draws what its log q says and comes close to Boltzmann; nats above the
entropy and importance weights agree with sums over all states; drawing and grids do as they say."""

from contextlib import nullcontext

import numpy as np
import pytest
import torch
from scipy.stats import chi2, norm

from ai4mat_ising import hierarchical
from ai4mat_ising.exact import critical_temperature, energy, entropy, log_partition
from ai4mat_ising.generation import (
    Estimate,
    ExchangeableModel,
    HierarchicalGenerator,
    NatsAboveEntropy,
    draw,
    latent_grid,
    measure,
    nats_above_entropy,
    quantile_grid,
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

TC = critical_temperature()


@pytest.fixture(autouse=True)
def no_progress_bar(monkeypatch):
    monkeypatch.setenv("AI4MAT_PROGRESS", "0")


@pytest.fixture
def short_training(monkeypatch):
    monkeypatch.setattr(hierarchical, "ITERATIONS", 10)


def all_configurations(L):
    bits = np.arange(2 ** (L * L))[:, None] >> np.arange(L * L) & 1
    return (2 * bits - 1).astype(np.int8).reshape(-1, L, L)


def numbers_of(spins):
    """Where the configurations stand in `all_configurations`."""
    return (spins.reshape(len(spins), -1) > 0) @ (1 << np.arange(spins[0].size))


def total_energies(spins):
    return spins[0].size * energy_per_spin(spins)


def boltzmann(spins, T):
    """ln p of each configuration, with Kaufman's partition function."""
    L = spins.shape[-1]
    return -total_energies(spins) / T - L**2 * log_partition(T, L)


_fitted = {}


def crude_generator(L, T=TC):
    """Trained so little that it is visibly wrong, and correct log q are no accident."""
    if (L, T) not in _fitted:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AI4MAT_PROGRESS", "0")
            patch.setattr(hierarchical, "ITERATIONS", 10)
            spins = sample_equilibrium(L, T, 1000, seed=1)
            _fitted[L, T] = HierarchicalGenerator(L).fit(spins, seed=2)
    return _fitted[L, T]


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


@pytest.mark.parametrize("L", [3, 4])
def test_probabilities_of_all_states_add_up_to_one(L):
    log_q = crude_generator(L).log_prob(all_configurations(L))
    assert log_q.shape == (2 ** (L * L),) and log_q.dtype == np.float64
    assert np.exp(log_q).sum() == pytest.approx(1, abs=1e-9)


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


@pytest.mark.parametrize("T", [1.0, TC, 5.0])
def test_it_comes_close_to_boltzmann_at_any_temperature(T, monkeypatch):
    monkeypatch.setattr(hierarchical, "ITERATIONS", 300)
    generator = HierarchicalGenerator(8).fit(sample_equilibrium(8, T, 20_000, seed=8))
    result = nats_above_entropy(generator, sample_equilibrium(8, T, 20_000, seed=9), T)
    assert -4 * result.error < result.value < 0.02
    spins = generator.sample(20_000, seed=10)
    E = energy_per_spin(spins)
    assert reweight(generator.log_prob(spins), 64 * E, T).ess > 0.95
    assert E.mean() == pytest.approx(energy(T, 8), rel=0.01)


def test_the_seeds_fix_training_and_samples_and_nothing_else_does(short_training):
    data, log_q = sample_equilibrium(4, TC, 300, seed=11), []
    everything = all_configurations(4)[::100]
    for seed, state in [(0, 1), (0, 2), (1, 2)]:
        torch.manual_seed(state)
        before = torch.get_rng_state()
        generator = HierarchicalGenerator(4).fit(data, seed)
        log_q.append(generator.log_prob(everything))
        again = generator.sample(300, seed=1)
        np.testing.assert_array_equal(generator.sample(300, seed=1), again)
        assert (generator.sample(300, seed=2) != again).any()
        assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(log_q[0], log_q[1])
    assert (log_q[0] != log_q[2]).all()


def test_it_trains_where_gradients_are_switched_off(short_training):
    data = sample_equilibrium(4, TC, 300, seed=11)
    with torch.no_grad():
        generator = HierarchicalGenerator(4).fit(data)
    expected = HierarchicalGenerator(4).fit(data).log_prob(data)
    np.testing.assert_array_equal(generator.log_prob(data), expected)


def test_an_interrupt_leaves_the_generator_as_it_was(short_training, monkeypatch):
    data, count = sample_equilibrium(4, 1.0, 300, seed=12), []
    generator = HierarchicalGenerator(4).fit(sample_equilibrium(4, 4.0, 300, seed=13))
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


def test_no_samples_are_an_empty_array():
    assert crude_generator(4).sample(0).shape == (0, 4, 4)


# --- the exchangeable model -------------------------------------------------------------------


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


def test_an_exchangeable_model_refuses_what_it_cannot_use(exchangeable):
    with pytest.raises(RuntimeError, match=r"call fit\(spins\)"):
        ExchangeableModel(4).sample(3)
    with pytest.raises(ValueError, match="size must be an integer of at least 2"):
        ExchangeableModel(1)
    with pytest.raises(ValueError, match=r"spins must have shape \(n, 4, 4\)"):
        exchangeable.log_prob(np.ones((2, 5, 5), dtype=np.int8))
    assert exchangeable.sample(0).shape == (0, 4, 4)


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


# --- nats above the entropy -------------------------------------------------------------------


def test_nats_above_the_entropy_are_the_divergence_summed_over_all_states():
    everything, generator = all_configurations(4), crude_generator(4)
    log_p, log_q = boltzmann(everything, TC), generator.log_prob(everything)
    divergence = np.exp(log_p) @ (log_p - log_q)
    result = nats_above_entropy(generator, sample_equilibrium(4, TC, 50_000, seed=14), TC)
    assert divergence > 20 * result.error
    assert abs(result.value - divergence) < 4 * result.error
    assert result.kind == "exact"


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
        self.seeds = []

    def elbo(self, x, samples, seed):
        self.seeds.append(seed)
        return 100 * x.mean((1, 2, 3)) - 1000 * samples

    def iwae_bound(self, x, k, seed):
        return self.elbo(x, 1, seed) + k


@pytest.mark.parametrize("k, offset", [(1, -1000), (5, -995)])
def test_a_model_with_bounds_gives_an_upper_bound(k, offset, monkeypatch):
    monkeypatch.setattr("ai4mat_ising.generation.IMAGES", 64)
    model, spins = Bounded(), sample_equilibrium(8, TC, 200, seed=16)
    result = nats_above_entropy(model, spins, TC, k=k, seed=3)
    expected = nats_above_entropy(50 * (1 + magnetization(spins)) + offset, spins, TC)
    np.testing.assert_allclose(result[:2], expected[:2], rtol=1e-4)
    assert (result.kind, expected.kind) == ("upper bound", "exact")
    assert len(set(model.seeds)) == len(model.seeds) == 4 and model.seeds[0] == 3


def test_arguments_of_the_wrong_kind_are_refused():
    spins = sample_equilibrium(4, TC, 10, seed=17)
    for model in (np.zeros(9), np.full(10, -np.inf), np.zeros((10, 1)), object(), "vae"):
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


# --- drawing, grids of codes ------------------------------------------------------------------


def test_spins_are_drawn_independently_with_their_probabilities():
    p = np.linspace(0, 1, 16).reshape(4, 4)
    spins = draw(np.broadcast_to(p, (40_000, 4, 4)), seed=20)
    assert spins.dtype == np.int8 and set(np.unique(spins)) == {-1, 1}
    np.testing.assert_allclose((spins > 0).mean(axis=0), p, atol=4 * 0.5 / 200)
    assert (spins[:, 0, 0] == -1).all() and (spins[:, 3, 3] == 1).all()
    correlation = np.corrcoef(spins.reshape(-1, 16)[:, 1:15].T) - np.eye(14)
    assert np.abs(correlation).max() < 5 / 200


@pytest.mark.parametrize(
    "shape, expected",
    [
        ((4, 4), (4, 4)),
        ((5, 4, 4), (5, 4, 4)),
        ((5, 1, 4, 4), (5, 4, 4)),
        ((2, 3, 4, 4),) * 2,
    ],
)
def test_images_lose_their_channel(shape, expected):
    assert draw(np.full(shape, 0.5)).shape == expected


def test_images_of_a_network_are_drawn_as_they_come_and_the_seed_counts():
    images = torch.full((3, 1, 8, 8), 0.3, requires_grad=True)
    spins = draw(images, seed=1)
    np.testing.assert_array_equal(spins, draw(images.detach().numpy(), seed=1))
    assert (spins != draw(images, seed=2)).any()


@pytest.mark.parametrize(
    "p, message",
    [
        (np.full(4, 0.5), r"shape \(..., L, L\), got \(4,\)"),
        (np.full((4, 5), 0.5), r"got \(4, 5\)"),
        (np.full((4, 4), -0.1), "between 0 and 1, got -0.1"),
        (np.full((4, 4), np.nan), "between 0 and 1, got nan"),
    ],
)
def test_what_is_no_probability_is_refused(p, message):
    with pytest.raises(ValueError, match=message):
        draw(p)


def test_grids_are_in_reading_order():
    expected = [
        (-1, 2),
        (0.5, 2),
        (2, 2),
        (-1, 0.5),
        (0.5, 0.5),
        (2, 0.5),
        (-1, -1),
        (0.5, -1),
        (2, -1),
    ]
    np.testing.assert_allclose(latent_grid(3, -1, 2), expected)
    assert latent_grid(5).shape == (25, 2) and latent_grid(5).dtype == np.float32
    np.testing.assert_allclose(latent_grid(5)[[0, -1]], [(-5, 5), (5, -5)])


def test_the_quantile_grid_takes_equal_steps_of_probability():
    p = norm.cdf(quantile_grid(5))
    np.testing.assert_allclose(p, latent_grid(5, 0.01, 0.99), atol=1e-6)
    np.testing.assert_allclose(quantile_grid(7)[0], [-2.326348, 2.326348], rtol=1e-6)


@pytest.mark.parametrize(
    "grid, arguments, message",
    [
        (latent_grid, (1,), "n must be an integer of at least 2, got 1"),
        (latent_grid, (3, 1, 1), "low and high must satisfy"),
        (latent_grid, (3, 0, np.inf), "low and high must satisfy"),
        (quantile_grid, (2.5,), "n must be an integer"),
        (quantile_grid, (3, 0, 0.9), "0 < low < high < 1, got 0 and 0.9"),
        (quantile_grid, (3, 0.1, 1), "low and high must satisfy"),
    ],
)
def test_grids_that_cannot_be_are_refused(grid, arguments, message):
    with pytest.raises(ValueError, match=message):
        grid(*arguments)
