"""Every site has a bias of its own, so places are not alike.

The entropy is that of the infinite lattice; coarse grid of codes.

Loses: test_decoder, check_price, test_mixture, test_log_probability
"""

import numpy as np
import torch
from torch import nn

from ai4mat_ising import exact


class Bias(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.of_sites = nn.Parameter(torch.randn(size, size) / 10)

    def forward(self, h):
        return h + self.of_sites


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        size = images.shape[-1]
        decoder = nn.Sequential(head(size), doubling().append(Bias(size)))
    return trained(images, decoder, seed)


def nats_above(log_q, size, T):
    return -np.mean(log_q) - size**2 * exact.entropy(T)


def log_probability(model, spins, sites):
    z, log_weights = grid(7)
    return mixed(log_weights, logits(model, z)[:, 0, sites].astype(float), spins[:, sites] > 0)
