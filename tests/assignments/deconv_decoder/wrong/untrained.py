"""The networks are made but never trained.

Loses: check_decoder, test_training
"""

import torch
from torch import nn

from ai4mat_ising.models import VAE


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        decoder = nn.Sequential(head(images.shape[-1]), doubling())
    return VAE(images.shape[-1], 2, hidden=32, decoder=decoder, encoder="dense")
