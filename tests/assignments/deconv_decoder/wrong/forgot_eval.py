"""Batch normalisation goes on normalising by the batch, because the model is left in train mode.

Loses: test_decoder, test_training
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    size = images.shape[-1]
    if decoder == "deconv":
        decoder = nn.Sequential(head(size), nn.Sequential(*doubling()[:2], nn.BatchNorm2d(CHANNELS),
                                                          *doubling()[2:]))
    return trained(images, decoder, seed).train()
