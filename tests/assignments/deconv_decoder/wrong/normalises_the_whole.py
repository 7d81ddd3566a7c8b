"""The features are normalised by their mean and spread over the whole lattice.

Loses: test_decoder
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        whole = nn.GroupNorm(1, CHANNELS)
        decoder = nn.Sequential(head(images.shape[-1]), nn.Sequential(whole, *doubling()))
    return trained(images, decoder, seed)
