"""Only the batches are seeded, not the initial weights.

Loses: check_autoencoder, test_codes
"""

import torch

from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit


def train_autoencoder(images, seed):
    model = ConvAutoencoder(latent_dim=1)
    fit(model, torch.as_tensor(images), seed=seed, device="cpu", progress=False)
    return model


def encode(model, images):
    with torch.no_grad():
        return model.encode(torch.as_tensor(images))[:, 0].numpy()


def decode(model, z):
    with torch.no_grad():
        return model.decode(torch.as_tensor(z, dtype=torch.float32)[:, None]).numpy()
