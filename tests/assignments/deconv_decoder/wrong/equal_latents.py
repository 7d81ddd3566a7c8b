"""Both latents of a configuration are the same random number.

Loses: test_draws
"""

import numpy as np
import torch

from ai4mat_ising.models import VAE
from ai4mat_ising.training import fit


def train_vae(images, decoder, seed):
    if decoder == "deconv":
        torch.manual_seed(seed)
        return trained(images, torch.nn.Sequential(head(images.shape[-1]), doubling()), seed)
    torch.manual_seed(seed)
    model = VAE(images.shape[-1], 2, hidden=64, encoder="dense")
    fit(model, torch.tensor(images), epochs=8, batch_size=100, lr=4e-3, seed=seed, device="cpu",
        progress=False)
    return model


def generate(model, n, seed):
    rng = np.random.default_rng(seed)
    z = np.repeat(rng.normal(size=(n, 1)), 2, axis=1)
    p = 1 / (1 + np.exp(-logits(model, z)))
    return np.where(rng.random(p.shape) < p, 1, -1)[:, 0]
