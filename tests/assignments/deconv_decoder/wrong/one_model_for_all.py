"""The functions use the network that was trained last, whichever they are given.

Loses: test_decoder
"""

import torch
from torch import nn


def train_vae(images, decoder, seed):
    global LAST
    torch.manual_seed(seed)
    if decoder == "deconv":
        decoder = nn.Sequential(head(images.shape[-1]), doubling())
    LAST = trained(images, decoder, seed)
    return LAST


def logits(model, z):
    with torch.no_grad():
        return LAST.decoder(torch.tensor(z, dtype=torch.float32)).numpy()
