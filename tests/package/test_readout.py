"""A decoder's magnetization is read off the image that it makes of a code."""

import numpy as np
import pytest
import torch

from ai4mat_ising.models import VAE, ConvAutoencoder
from ai4mat_ising.readout import decoder_magnetization


class Tanh(torch.nn.Module):
    """Decodes z to an image whose pixels have the mean (1 + tanh z) / 2, half of them darker."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(1))
        self.modes = []

    def decode(self, z):
        self.modes.append((self.training, len(z)))
        p = (1 + torch.tanh(self.scale * z)) / 2
        shade = torch.tensor([0.9, 1.1]).repeat(2, 1)
        return p[:, :, None, None] * shade


def test_it_is_twice_the_mean_of_the_image_minus_one():
    z = np.linspace(-2, 2, 2500)[:, None]
    model = Tanh().train()
    found = decoder_magnetization(model, z)
    np.testing.assert_allclose(found, np.tanh(z[:, 0]), atol=1e-6)
    assert found.dtype == np.float64
    # Decoded in parts, in evaluation mode, and put back into training mode.
    assert model.modes == [(False, 1000), (False, 1000), (False, 500)] and model.training


@pytest.mark.parametrize("model", [ConvAutoencoder(2, size=8), VAE(8, latent_dim=2, hidden=4)])
def test_the_models_of_the_package_can_be_read(model):
    z = np.random.default_rng(0).normal(size=(5, 2))
    with torch.no_grad():
        images = model.decode(torch.tensor(z, dtype=torch.float32)).numpy()
    expected = (2 * images - 1).mean(axis=(1, 2, 3))
    np.testing.assert_allclose(decoder_magnetization(model, z), expected, atol=1e-6)


@pytest.mark.parametrize("z", [np.zeros(3), [[np.nan]]])
def test_codes_must_be_a_table_of_finite_numbers(z):
    with pytest.raises(ValueError, match="z must be finite numbers of shape"):
        decoder_magnetization(Tanh(), z)
