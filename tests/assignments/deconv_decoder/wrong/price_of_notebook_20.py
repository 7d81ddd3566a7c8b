"""Means over pixels and latents, as in notebook 20: a nat of code costs N/2, and the code dies.

Loses: test_training
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    size = images.shape[-1]
    if decoder == "deconv":
        decoder = nn.Sequential(head(size), doubling())
    return trained(images, decoder, seed, beta=size**2 / 2)
