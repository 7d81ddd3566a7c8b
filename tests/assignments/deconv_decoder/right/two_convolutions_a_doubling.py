"""Doubles by upsampling, with two convolutions of 3 x 3 each time: one feature reaches far."""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    def circular(channels):
        return nn.Conv2d(CHANNELS, channels, 3, padding=1, padding_mode="circular")

    torch.manual_seed(seed)
    if decoder == "deconv":
        wide = nn.Sequential(
            nn.Upsample(scale_factor=2), circular(CHANNELS), nn.Tanh(), circular(CHANNELS),
            nn.Tanh(), nn.Upsample(scale_factor=2), circular(CHANNELS), nn.Tanh(), circular(1),
        )
        decoder = nn.Sequential(head(images.shape[-1]), wide)
    return trained(images, decoder, seed)
