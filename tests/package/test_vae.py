"""The VAE's bounds hold against sums over all 512 states of the 3x3 lattice, its losses are those
of its documentation, and it draws what its decoder says."""

import itertools
import math

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ai4mat_ising import latent
from ai4mat_ising.models import VAE
from ai4mat_ising.networks import AutoregressiveDecoder
from ai4mat_ising.training import fit

STATES = torch.tensor([*itertools.product([0.0, 1.0], repeat=9)]).view(-1, 1, 3, 3)
DECODERS = ["dense", "deconv", "autoregressive"]


def tiny(seed=0, gain=2.0, **options):
    """A VAE of the 3x3 lattice with one latent, and weights that make the code matter."""
    torch.manual_seed(seed)
    model = VAE(3, 1, 8, **options).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(gain)
    return model


def random_images(n, size):
    return torch.randint(
        0, 2, (n, 1, size, size), generator=torch.Generator().manual_seed(0)
    ).float()


@torch.no_grad()
def exact_log_p(model, x):
    """log p(x) of images, by quadrature over the one latent."""
    z = torch.linspace(-8, 8, 801, dtype=torch.float32)[:, None]
    log_prior = -(z[:, 0] ** 2) / 2 - math.log(2 * math.pi) / 2 + math.log(16 / 800)
    logits = model.logits(z).flatten(1)
    spins = x.flatten(1)
    log_likelihood = F.logsigmoid(logits) @ spins.T + F.logsigmoid(-logits) @ (1 - spins).T
    return (log_likelihood + log_prior[:, None]).double().logsumexp(dim=0)


# --- the network of notebook 20 and its losses -----------------------------------------------


def test_the_defaults_are_the_layers_of_notebook_20():
    model = VAE()
    shapes = [tuple(p.shape) for p in model.parameters() if p.ndim == 2]
    # its two layers 256 -> 2, of the means and of the log-variances, are one of 256 -> 4 here
    assert shapes == [(256, 1600), (4, 256), (256, 2), (1600, 256)]
    assert sum(p.numel() for p in model.parameters()) == 822_852


@pytest.mark.parametrize("latent_dim", [1, 2, 10])
def test_mean_loss_is_notebook_20s_formula(latent_dim):
    """Its code, with Keras' binary_crossentropy, which is a mean over the last axis."""
    model, x = VAE(8, latent_dim, 16, epsilon=0.2), random_images(50, 8)
    torch.manual_seed(1)
    loss = model.mean_loss(x).item()
    with torch.no_grad():
        z_mean, z_log_var = (part.double().numpy() for part in model.posterior(x))
        torch.manual_seed(1)
        noise = torch.randn(50, latent_dim).double().numpy()
        z = z_mean + np.exp(z_log_var / 2) * 0.2 * noise
        p = model.decode(torch.tensor(z, dtype=torch.float32)).flatten(1).double().numpy()
    pixels = x.flatten(1).numpy()
    xent = -np.mean(pixels * np.log(p) + (1 - pixels) * np.log(1 - p), axis=-1)
    kl = -0.5 * np.mean(1 + z_log_var - np.square(z_mean) - np.exp(z_log_var), axis=-1)
    assert loss == pytest.approx(np.mean(xent + kl), rel=1e-5)


@pytest.mark.parametrize("latent_dim", [1, 2, 10])
def test_mean_loss_is_the_loss_with_beta_pixels_over_latents(latent_dim):
    model, x = VAE(8, latent_dim, 16, beta=64 / latent_dim), random_images(50, 8)
    torch.manual_seed(2)
    summed = model.loss(x).item()
    torch.manual_seed(2)
    assert model.mean_loss(x).item() == pytest.approx(summed / 64, rel=1e-5)


def test_beta_weighs_the_divergence_and_epsilon_widens_the_noise_alone():
    x = random_images(4000, 3)
    losses = {}
    for beta, epsilon in [(1, 0), (3, 0), (3, 1)]:
        model = tiny(beta=beta, epsilon=epsilon)
        torch.manual_seed(0)
        losses[beta, epsilon] = model.loss(x).item()
        reconstruction, kl = model.terms(x)
    plain, _ = tiny(epsilon=0).terms(x)
    assert losses[3, 0] - losses[1, 0] == pytest.approx(2 * kl.mean().item(), rel=1e-4)
    assert losses[1, 0] == pytest.approx((plain + kl).mean().item(), rel=1e-5)
    assert torch.equal(tiny(epsilon=0).terms(x)[1], tiny(epsilon=10).terms(x)[1])
    assert not torch.equal(plain, reconstruction)


def test_the_divergence_is_that_of_torch():
    model, x = VAE(8, 5, 16), random_images(20, 8)
    mean, log_variance = model.posterior(x)
    normal = torch.distributions.Normal(mean, (log_variance / 2).exp())
    expected = torch.distributions.kl_divergence(normal, torch.distributions.Normal(0, 1)).sum(1)
    torch.testing.assert_close(model.terms(x)[1], expected)


def test_forward_decodes_the_mean():
    for decoder in DECODERS:
        model, x = VAE(8, 2, 16, decoder), random_images(5, 8)
        reconstruction, z = model(x)
        assert torch.equal(z, model.encode(x)) and torch.equal(z, model.posterior(x)[0])
        assert reconstruction.shape == x.shape
        assert torch.equal(reconstruction, model.decode(z, x if decoder == DECODERS[2] else None))
        assert 0 < reconstruction.min() and reconstruction.max() < 1


# --- bounds against the exact likelihood -----------------------------------------------------


def test_the_probabilities_of_all_states_add_up_to_one():
    assert exact_log_p(tiny(), STATES).exp().sum().item() == pytest.approx(1, abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("epsilon", [0.3, 1.0, 2.0])
def test_elbo_and_iwae_are_lower_bounds_and_tighten_with_k(epsilon):
    model = tiny(epsilon=epsilon, gain=3.0)
    exact = exact_log_p(model, STATES)
    bounds = [model.elbo(STATES, samples=2000)]
    bounds += [
        torch.stack([model.iwae_bound(STATES, k, seed) for seed in range(2000 // k)]).mean(0)
        for k in (5, 50)
    ]
    bounds.append(model.iwae_bound(STATES, 5000))
    gaps = [(exact - bound).mean().item() for bound in bounds]
    assert gaps[0] > gaps[1] > gaps[2] > gaps[3] > -0.01
    if epsilon > 1:  # else too few codes reach the tails, and the limit is far away
        assert gaps[3] < 0.01
    assert gaps[0] > 0.02  # else the order above would mean nothing
    assert (exact - bounds[0]).min() > -0.1  # for each image, up to the noise of 2000 codes


def test_iwae_with_many_codes_is_the_exact_likelihood():
    """Where the codes reach further than the prior; 8 seeds miss it by at most 0.15 nats."""
    model, some = tiny(epsilon=2.0, gain=3.0), STATES[::64]
    assert (model.iwae_bound(some, 3000) - exact_log_p(model, some)).abs().max() < 0.25


def deaf(means, log_variances, epsilon=1.0):
    """A VAE with one posterior for all images, whose decoder tosses coins whatever the code."""
    model = VAE(3, 2, 4, epsilon=epsilon)
    with torch.no_grad():
        for part in (model.encoder[-1], model.decoder[-2]):
            part.weight.zero_()
            part.bias.zero_()
        model.encoder[-1].bias += torch.tensor([*means, *log_variances])
    return model


def test_iwae_counts_every_latent():
    """It is then the probability of a coin's tosses; 8 seeds miss it by at most 0.05 nats."""
    model = deaf([0.5, -0.5], [0.5, 0.8])
    assert (model.iwae_bound(STATES[::64], 3000) + 9 * np.log(2)).abs().max() < 0.1


@pytest.mark.parametrize("samples", [1, 3])
@pytest.mark.parametrize("epsilon", [0.5, 1.0, 2.0])
def test_a_code_that_nobody_uses_costs_the_elbo_its_divergence(epsilon, samples):
    means, log_variances = np.array([0.5, -1.0]), np.array([-0.5, 0.8])
    variances = epsilon**2 * np.exp(log_variances)
    kl = (means**2 + variances - 1 - np.log(variances)).sum() / 2
    elbo = deaf(means, log_variances, epsilon).elbo(STATES[::64], samples)
    np.testing.assert_allclose(elbo, -9 * np.log(2) - kl, rtol=1e-5)


@pytest.mark.slow
def test_iwae_with_one_code_is_the_elbo_on_average():
    model = tiny()
    iwae = torch.stack([model.iwae_bound(STATES, 1, seed) for seed in range(3000)])
    elbo = model.elbo(STATES, samples=3000, seed=1)
    error = (iwae.var(dim=0) / 3000).sqrt() + 0.01
    assert ((iwae.mean(dim=0) - elbo).abs() < 6 * error).all()


def test_beta_does_not_enter_the_bounds():
    assert torch.equal(tiny(beta=1).elbo(STATES), tiny(beta=800).elbo(STATES))
    assert torch.equal(tiny(beta=1).iwae_bound(STATES, 5), tiny(beta=800).iwae_bound(STATES, 5))


def test_a_seed_fixes_bounds_and_they_leave_the_random_state_alone():
    model = tiny()
    before = torch.get_rng_state()
    assert torch.equal(model.elbo(STATES, seed=3), model.elbo(STATES, seed=3))
    assert not torch.equal(model.iwae_bound(STATES, 2, 3), model.iwae_bound(STATES, 2, 4))
    model.sample(3)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.slow
def test_loss_with_beta_and_epsilon_1_is_the_negative_elbo_on_average():
    model = tiny()
    torch.manual_seed(0)
    with torch.no_grad():
        losses = torch.stack([model.loss(STATES) for _ in range(2000)])
    error = losses.std() / 2000**0.5
    assert abs(losses.mean() + model.elbo(STATES, samples=2000).mean()) < 5 * error + 1e-3


# --- drawing configurations ------------------------------------------------------------------


def test_samples_follow_the_exact_probabilities():
    model = tiny(gain=3.0)
    expected = exact_log_p(model, STATES).exp().numpy() * 100_000
    spins = model.sample(100_000, seed=1)
    assert spins.dtype == np.int8 and set(np.unique(spins)) == {-1, 1}
    codes = ((spins.reshape(-1, 9) > 0) @ 2 ** np.arange(8, -1, -1)).astype(int)
    observed = np.bincount(codes, minlength=512)
    common = expected > 10
    assert common.sum() > 100
    chi_square = ((observed - expected)[common] ** 2 / expected[common]).sum()
    assert abs(chi_square - common.sum()) < 4 * np.sqrt(2 * common.sum())


def test_draw_takes_one_configuration_for_each_code():
    model = tiny(gain=4.0)
    z = np.repeat([[-2.0], [2.0]], 20_000, axis=0)
    spins = model.draw(z, seed=0).reshape(2, 20_000, 9)
    p = model.decode(torch.tensor([[-2.0], [2.0]])).detach().view(2, 9).numpy()
    np.testing.assert_allclose((spins > 0).mean(axis=1), p, atol=4 * 0.5 / 20_000**0.5)
    assert np.array_equal(model.draw(z, seed=0), model.draw(z, seed=0))
    assert not np.array_equal(model.draw(z, seed=0), model.draw(z, seed=1))


def test_nothing_is_drawn_twice():
    """Beyond one batch, and codes and spins have random numbers of their own."""
    for decoder in DECODERS:
        torch.manual_seed(0)
        spins = VAE(8, 2, 16, decoder).sample(2500)
        assert len(np.unique(spins.reshape(2500, -1), axis=0)) == 2500


# --- the autoregressive decoder --------------------------------------------------------------


def autoregressive(size, reach, torus=False):
    torch.manual_seed(0)
    decoder = AutoregressiveDecoder(size, 2, 8, channels=4, reach=reach, torus=torus)
    with torch.no_grad():
        for parameter in decoder.parameters():
            parameter.mul_(2)
    return VAE(size, 2, 8, decoder, encoder="dense").eval()


@pytest.mark.slow
@pytest.mark.parametrize("torus", [False, True])
@torch.no_grad()
def test_given_a_code_the_autoregressive_probabilities_of_all_states_add_up_to_one(torus):
    model, z = autoregressive(4, 7, torus), torch.tensor([[0.7, -1.1]])
    states = torch.tensor([*itertools.product([0.0, 1.0], repeat=16)]).view(-1, 1, 4, 4)
    total = 0.0
    for x in states.split(8192):
        logits = model.logits(z.expand(len(x), 2), x)
        total += F.logsigmoid((2 * x - 1) * logits).sum((1, 2, 3)).double().exp().sum().item()
    assert total == pytest.approx(1, abs=1e-4)


@torch.no_grad()
def dependences(model, x):
    """Whether a flip of the spin at [row, column] of x changes the logit at [row, column]."""
    sites, z = x.numel(), torch.zeros(x.numel(), 2, dtype=x.dtype)
    flipped = x.view(1, -1).repeat(sites, 1)
    flipped[range(sites), range(sites)] = 1 - flipped[range(sites), range(sites)]
    change = model.logits(z, flipped.view(sites, *x.shape[1:])) - model.logits(z[:1], x)
    return (change.abs() > 1e-12).view(*x.shape[2:], *x.shape[2:])


@pytest.mark.parametrize("reach, torus", [(2, False), (7, False), (2, True)])
def test_a_spin_depends_on_spins_before_it_only_and_on_those_in_its_window(reach, torus):
    size = 8
    model = autoregressive(size, reach, torus).double()
    depends = sum(dependences(model, x[None].double()) for x in random_images(5, size)) > 0
    reach = min(reach, 3)  # half the torus
    for (row, column), (other_row, other) in itertools.product(np.ndindex(size, size), repeat=2):
        around = min((column - other) % size, (other - column) % size)
        above = 0 < row - other_row <= reach and around <= reach
        left = row == other_row and 0 < column - other <= reach
        first_row = torus and other_row == 0 < row and around <= reach
        first_spin = torus and row == other_row and other == 0 < column
        expected = above or left or first_row or first_spin
        assert depends[other_row, other, row, column] == expected


@pytest.mark.parametrize("torus", [False, True])
@torch.no_grad()
def test_drawing_spin_by_spin_follows_the_logits(torus):
    model = autoregressive(8, 7, torus)
    z = torch.randn(20, 2, generator=torch.Generator().manual_seed(1))
    images = model.decoder.draw(z, torch.Generator().manual_seed(2))
    uniform = torch.rand(20, 1, 8, 8, generator=torch.Generator().manual_seed(2))
    assert torch.equal(images, (uniform < model.decode(z, images)).float())


def test_the_autoregressive_decoder_has_no_probabilities_without_the_spins_before():
    with pytest.raises(ValueError, match="x must be the images, got None"):
        autoregressive(8, 7).decode(torch.zeros(1, 2))


# --- training, exchange of parts, errors -----------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("decoder", DECODERS)
def test_training_gets_below_a_coin_and_every_parameter_learns(decoder):
    rng = np.random.default_rng(0)
    ordered = rng.random((2000, 1, 8, 8)) < np.where(rng.random((2000, 1, 1, 1)) < 0.5, 0.9, 0.1)
    images = torch.tensor(ordered, dtype=torch.float32)
    torch.manual_seed(0)
    model = VAE(8, 2, 32, decoder)
    model.loss(images[:100]).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
    history = fit(model, images, images[:500], epochs=5, lr=3e-3, progress=False)
    # -log p of this ensemble: one bit for the side, then nine in ten for each pixel
    floor = math.log(2) + 64 * -(0.9 * math.log(0.9) + 0.1 * math.log(0.1))
    assert floor - 0.5 < history.validation[-1] < 0.75 * 64 * math.log(2)
    z = latent.encode(model, images)
    assert z.shape == (2000, 2)
    m = 2 * images.mean((1, 2, 3)).numpy() - 1
    if decoder != "autoregressive":  # which may do without a code
        assert max(abs(np.corrcoef(z[:, i], m)[0, 1]) for i in range(2)) > 0.9


def test_encoder_and_decoder_can_be_other_modules():
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(9, 2))
    decoder = nn.Sequential(nn.Linear(1, 9), nn.Unflatten(1, (1, 3, 3)))
    model = VAE(3, 1, decoder=decoder, encoder=encoder)
    assert model.encoder is encoder and model.decoder is decoder
    assert model.sample(4).shape == (4, 3, 3)
    assert exact_log_p(model, STATES).exp().sum().item() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", ["size", "latent_dim", "hidden"])
@pytest.mark.parametrize("value", [0, -1, 2.0, True, "2", None])
def test_sizes_must_be_positive_integers(name, value):
    with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1, got"):
        VAE(**{name: value})


@pytest.mark.parametrize("name", ["beta", "epsilon"])
@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, "1", None])
def test_beta_and_epsilon_must_be_finite_and_not_negative(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a finite number of at least 0, got"):
        VAE(**{name: value})


@pytest.mark.parametrize("name", ["encoder", "decoder"])
@pytest.mark.parametrize("value", ["Dense", 3, ["dense"]])
def test_an_unknown_part_is_named(name, value):
    with pytest.raises(ValueError, match=f"{name} must be one of .* or a module, got"):
        VAE(**{name: value})


def test_convolutions_need_a_multiple_of_4():
    for options in ({"decoder": "deconv"}, {"decoder": "autoregressive"}, {"encoder": "conv"}):
        with pytest.raises(ValueError, match="size must be a multiple of 4 .* got 18"):
            VAE(18, **options)


def test_wrong_inputs_are_named():
    model = VAE(8)
    for method in (model, model.encode, model.loss, model.mean_loss, model.elbo, model.iwae_bound):
        with pytest.raises(ValueError, match=r"x must be images of shape \(B, 1, 8, 8\), got"):
            method(torch.zeros(3, 8, 8))
    for method in (model.decode, model.draw):
        with pytest.raises(ValueError, match=r"z must be codes of shape \(B, 2\), got"):
            method(torch.zeros(3, 1))
    for name, call in [
        ("samples", lambda v: model.elbo(random_images(2, 8), v)),
        ("k", lambda v: model.iwae_bound(random_images(2, 8), v)),
    ]:
        for value in (0, 2.5, True):
            with pytest.raises(ValueError, match=f"{name} must be an integer of at least 1, got"):
                call(value)
    with pytest.raises(ValueError, match="epsilon must be positive for a bound"):
        VAE(8, epsilon=0).elbo(random_images(2, 8))
