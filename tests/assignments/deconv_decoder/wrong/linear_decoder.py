"""Nothing nonlinear between the layers that double the side.

Loses: test_decoder
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        layers = [layer for layer in doubling() if not isinstance(layer, nn.Tanh)]
        decoder = nn.Sequential(head(images.shape[-1]), nn.Sequential(*layers))
    return trained(images, decoder, seed)
