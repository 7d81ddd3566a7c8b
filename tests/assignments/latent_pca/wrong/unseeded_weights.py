"""Only the batches are seeded, not the initial weights.

Loses: check_autoencoder
"""

import torch

from ai4mat_ising import latent
from ai4mat_ising.models import ConvAutoencoder


def train_autoencoder(images, latent_dim, seed):
    model = ConvAutoencoder(latent_dim)
    training.fit(model, torch.as_tensor(images), epochs=10, batch_size=128, lr=3e-3, seed=seed,
                 device="cpu", progress=False)
    return model


def encode(model, images):
    return latent.encode(model, torch.as_tensor(images))


def decode(model, z):
    return model.decode(torch.as_tensor(z, dtype=torch.float32)).detach().numpy()
