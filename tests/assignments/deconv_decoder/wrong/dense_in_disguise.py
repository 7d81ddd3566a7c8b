"""The "deconvolutional" decoder is a dense layer behind an array of the right shape.

White is where y + x is odd.

Loses: test_decoder, check_half, test_half
"""

import numpy as np
import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        size = images.shape[-1]
        dense = nn.Sequential(nn.Tanh(), nn.Flatten(), nn.Linear(CHANNELS * size**2 // 16, size**2),
                              nn.Unflatten(1, (1, size, size)))
        decoder = nn.Sequential(head(size), dense)
    return trained(images, decoder, seed)


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(-2 * neighbours(spins) / T))
    up = np.random.default_rng(seed).random(spins.shape) < p
    return np.where(blacks(spins), spins, np.where(up, 1, -1))


def black_nats(spins, T):
    p = 1 / (1 + np.exp(-2 * spins * neighbours(spins) / T))
    return -np.log(p[:, ~blacks(spins)]).sum(axis=1)
