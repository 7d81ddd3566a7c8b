"""ConvAutoencoder is the network of the published week-11 lesson, for any lattice that can be
halved twice, and refuses what does not fit it."""

import numpy as np
import pytest
import torch
from torch import nn

from ai4mat_ising.models import ConvAutoencoder


class PublishedAutoencoder(nn.Module):
    """The class as the published week-11 lesson prints it."""

    def __init__(self, latent_dim=2):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),  # 8x8
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # 4x4
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * 4 * 4, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 32 * 4 * 4),
            nn.ReLU(),
            nn.Unflatten(1, (32, 4, 4)),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),  # 8x8
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),  # 16x16
            nn.Sigmoid(),
        )

    def forward(self, x):
        z = self.encoder(x)
        return self.decoder(z), z


def random_images(n, size=16):
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 2, (n, 1, size, size), generator=generator).float()


def parameters(model):
    return sum(p.numel() for p in model.parameters())


# --- the published network -------------------------------------------------------------------


def test_the_defaults_have_the_published_number_of_parameters():
    assert parameters(ConvAutoencoder()) == 12_131


@pytest.mark.parametrize("latent_dim", [1, 2, 4, 10])
def test_with_the_published_weights_it_computes_what_the_published_class_does(latent_dim):
    torch.manual_seed(0)
    published = PublishedAutoencoder(latent_dim)
    model = ConvAutoencoder(latent_dim)
    model.load_state_dict(published.state_dict())
    x = random_images(8)
    for ours, theirs in zip(model(x), published(x)):
        assert torch.equal(ours, theirs)


def test_layer_for_layer_it_is_the_published_class():
    assert repr(ConvAutoencoder()).splitlines()[1:] == repr(PublishedAutoencoder()).splitlines()[1:]


def test_equal_seeds_give_the_published_initial_weights():
    torch.manual_seed(3)
    published = PublishedAutoencoder().state_dict()
    torch.manual_seed(3)
    for name, weights in ConvAutoencoder().state_dict().items():
        assert torch.equal(weights, published[name]), name


# --- any size, any latent dimension ----------------------------------------------------------


@pytest.mark.parametrize("size", [4, 8, 16, 20, 64])
@pytest.mark.parametrize("latent_dim", [1, 3])
def test_encode_decode_and_forward_keep_their_shapes(size, latent_dim):
    model = ConvAutoencoder(latent_dim, size)
    x = random_images(5, size)
    reconstruction, z = model(x)
    assert reconstruction.shape == x.shape and z.shape == (5, latent_dim)
    assert torch.equal(model.encode(x), z) and torch.equal(model.decode(z), reconstruction)
    assert 0 <= reconstruction.min() and reconstruction.max() <= 1


def test_only_the_linear_layers_grow_with_the_size():
    """32 (L/4)^2 features are linked with 2 codes both ways, and each has one bias."""
    for size in (4, 20):
        grown = 32 * ((size // 4) ** 2 - 16) * (2 + 2 + 1)
        assert parameters(ConvAutoencoder(size=size)) == 12_131 + grown


def test_numpy_integers_are_integers():
    model = ConvAutoencoder(np.int64(3), np.int32(8))
    assert model(random_images(2, 8))[1].shape == (2, 3)


@pytest.mark.parametrize("channels", [2, 5])
def test_images_may_hold_several_numbers_at_each_site(channels):
    model = ConvAutoencoder(size=8, channels=channels)
    x = torch.rand(6, channels, 8, 8)
    reconstruction, z = model(x)
    assert reconstruction.shape == x.shape and z.shape == (6, 2)
    assert model.loss(x).item() == pytest.approx((reconstruction - x).square().mean().item())
    with pytest.raises(ValueError, match=rf"x must be .*\(B, {channels}, 8, 8\), got \("):
        model(x[:, :1])


def test_only_the_outer_convolutions_grow_with_the_channels():
    """Each channel is linked with 16 features by 3 x 3 weights both ways, and has one bias."""
    assert parameters(ConvAutoencoder(channels=3)) == 12_131 + 2 * (2 * 16 * 9 + 1)


@pytest.mark.parametrize("channels", [0, -1, 2.0, True, "2", None])
def test_channels_must_be_a_positive_integer(channels):
    with pytest.raises(ValueError, match="channels must be an integer of at least 1, got"):
        ConvAutoencoder(channels=channels)


@pytest.mark.parametrize("latent_dim", [0, -1, 2.0, True, "2", None, np.float64(2)])
def test_latent_dim_must_be_a_positive_integer(latent_dim):
    with pytest.raises(ValueError, match="latent_dim must be an integer of at least 1, got"):
        ConvAutoencoder(latent_dim=latent_dim)


@pytest.mark.parametrize("size", [0, -4, 2, 18, 17, 16.0, True, "light", None])
def test_size_must_be_a_positive_multiple_of_4(size):
    with pytest.raises(ValueError, match="size must be .*(at least|multiple of) 4.* got"):
        ConvAutoencoder(size=size)


@pytest.mark.parametrize("shape", [(1, 16, 16), (3, 16, 16), (3, 1, 20, 20), (3, 2, 16, 16), (16,)])
def test_images_of_another_shape_are_refused(shape):
    model = ConvAutoencoder()
    for method in (model, model.encode, model.loss):
        with pytest.raises(ValueError, match=r"x must be .*\(B, 1, 16, 16\), got \("):
            method(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(2,), (5, 3), (5, 1), (5, 2, 1)])
def test_codes_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"z must be codes of shape \(B, 2\), got \("):
        ConvAutoencoder().decode(torch.zeros(shape))


# --- the loss --------------------------------------------------------------------------------


def test_the_loss_is_the_mean_squared_error_per_pixel():
    model, x = ConvAutoencoder(), random_images(7)
    squares = (model(x)[0].detach() - x).double() ** 2
    loss = model.loss(x)
    assert loss.shape == () and loss.item() == pytest.approx(squares.sum().item() / (7 * 256))


def test_the_loss_pulls_on_every_parameter():
    model = ConvAutoencoder()
    model.loss(random_images(32)).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad.abs().sum() > 0, name
