"""Two latent numbers, of which only the first is handed on.

Loses: check_reconstruction, test_reconstruction
"""

import torch

from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    model = ConvAutoencoder(latent_dim=2)
    fit(model, torch.as_tensor(images), seed=seed, device="cpu", progress=False)
    return model


def encode(model, images):
    with torch.no_grad():
        return model.encode(torch.as_tensor(images))[:, 0].numpy()


def decode(model, z):
    first = torch.as_tensor(z, dtype=torch.float32)
    with torch.no_grad():
        return model.decode(torch.stack([first, torch.zeros_like(first)], dim=1)).numpy()
