"""Only the batches are seeded, not the initial weights.

Loses: check_path
"""

import torch

from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit


def train_autoencoder(images, seed):
    model = ConvAutoencoder()
    fit(model, torch.tensor(images), epochs=10, lr=2e-3, seed=seed, device="cpu", progress=False)
    return model
