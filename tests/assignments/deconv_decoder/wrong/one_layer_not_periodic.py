"""One of two layers wraps around the torus; the stamp begins at its site, one row too low.

Loses: check_deconvolution, test_deconvolution, test_decoder
"""

import numpy as np
import torch
from torch import nn


def periodic_deconvolution(features, weight):
    n, _, h, w = features.shape
    out = np.zeros((n, weight.shape[1], 2 * h, 2 * w))
    for y in range(h):
        for x in range(w):
            for a in range(4):
                for b in range(4):
                    ink = features[:, :, y, x] @ weight[:, :, a, b]
                    out[:, :, (2 * y + a) % (2 * h), (2 * x + b) % (2 * w)] += ink
    return out


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        last = [nn.Upsample(scale_factor=2), nn.Conv2d(CHANNELS, 1, 3, padding=1)]
        decoder = nn.Sequential(head(images.shape[-1]), nn.Sequential(*doubling()[:3], *last))
    return trained(images, decoder, seed)
