"""The network is made but never trained.

Loses: check_network, test_training
"""

import torch

from ai4mat_ising.models import VAE


def train_vae(images, latent_dim, beta, epsilon, seed):
    torch.manual_seed(seed)
    return VAE(images.shape[-1], latent_dim, hidden=64, beta=beta, epsilon=epsilon)
