"""Batch normalisation in the decoder goes on normalising by the batch.

Loses: check_autoencoder, test_autoencoder
"""

import numpy as np
import torch
from torch import nn


def train_autoencoder(images, latent_dim, seed):
    torch.manual_seed(seed)
    x = torch.as_tensor(images).flatten(1)
    model = nn.ModuleDict({
        "encoder": nn.Linear(256, latent_dim),
        "decoder": nn.Sequential(nn.Linear(latent_dim, 256), nn.BatchNorm1d(256), nn.Sigmoid()),
    })
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(4):
        for batch in torch.randperm(len(x)).split(64):
            loss = ((model["decoder"](model["encoder"](x[batch])) - x[batch]) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def encode(model, images):
    with torch.no_grad():
        return model["encoder"](torch.as_tensor(images).flatten(1)).numpy()


def decode(model, z):
    z = torch.as_tensor(np.asarray(z), dtype=torch.float32)
    with torch.no_grad():
        if len(z) == 1:  # a batch of one has no variance
            return model["decoder"](z.repeat(2, 1))[:1].reshape(-1, 1, 16, 16).numpy()
        return model["decoder"](z).reshape(-1, 1, 16, 16).numpy()
