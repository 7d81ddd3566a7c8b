"""The lesson's network with batch normalisation, the cross entropy and half the epochs."""

import numpy as np
import torch
from torch import nn

from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit


class MyAutoencoder(ConvAutoencoder):
    def __init__(self):
        super().__init__(latent_dim=1)
        self.encoder.insert(1, nn.BatchNorm2d(16))

    def loss(self, x):
        return nn.functional.binary_cross_entropy(self(x)[0], x)


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    model = MyAutoencoder()
    fit(model, torch.as_tensor(images), epochs=10, lr=3e-3, seed=seed, device="cpu")
    return model


@torch.no_grad()
def encode(model, images):
    return model.eval().encode(torch.as_tensor(images)).numpy().reshape(-1)


@torch.no_grad()
def decode(model, z):
    return model.eval().decode(torch.as_tensor(np.float32(z)).unsqueeze(1)).numpy()


def fit_rule(z, labels):
    centre = np.mean(z[labels == 0])
    distance = np.sort(np.abs(z - centre))
    between = (distance[1:] + distance[:-1]) / 2
    right = [(((np.abs(z - centre) > t).astype(int)) == labels).sum() for t in between]
    return dict(z0=centre, threshold=between[int(np.argmax(right))])
