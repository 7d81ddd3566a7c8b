"""The network has a sigmoid at its end and is trained as if that gave logits.

Loses: check_decoder, test_training
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    size = images.shape[-1]
    if decoder == "deconv":
        decoder = nn.Sequential(head(size), doubling().append(nn.Sigmoid()))
    else:
        shape = nn.Unflatten(1, (1, size, size))
        decoder = nn.Sequential(nn.Linear(2, size**2), nn.Sigmoid(), shape)
    return trained(images, decoder, seed)
