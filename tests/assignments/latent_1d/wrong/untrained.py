"""The network is made but never trained.

Loses: check_reconstruction, test_reconstruction, test_rule_on_codes, test_relation_on_codes
"""

import torch

from ai4mat_ising.models import ConvAutoencoder


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    return ConvAutoencoder(latent_dim=1)


def encode(model, images):
    with torch.no_grad():
        return model.encode(torch.as_tensor(images))[:, 0].numpy()


def decode(model, z):
    with torch.no_grad():
        return model.decode(torch.as_tensor(z, dtype=torch.float32)[:, None]).numpy()
