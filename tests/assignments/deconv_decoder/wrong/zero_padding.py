"""Stamps that hang over the edge are cut off, as in torch's layer, in the network, too.

Loses: check_deconvolution, test_deconvolution, test_decoder
"""

import torch
from torch import nn
from torch.nn import functional as F


def periodic_deconvolution(features, weight):
    return F.conv_transpose2d(torch.tensor(features), torch.tensor(weight), stride=2, padding=1)


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        decoder = nn.Sequential(head(images.shape[-1]), nn.Sequential(
            nn.ConvTranspose2d(CHANNELS, CHANNELS, 4, stride=2, padding=1), nn.Tanh(),
            nn.ConvTranspose2d(CHANNELS, 1, 4, stride=2, padding=1)))
    return trained(images, decoder, seed)
