"""Nothing is learned but the size of m: the decoder turns the first latent into a uniform gray.

Loses: check_decoder, test_training
"""

import torch
from torch import nn

from ai4mat_ising.models import VAE


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    size = images.shape[-1]
    gain = 2 * float(abs(images.mean(axis=(1, 2, 3)) - 0.5).mean())
    if decoder == "deconv":
        decoder = nn.Sequential(head(size), doubling())
        decoder[0][0].weight.data[:, 0] = gain
    else:
        decoder = nn.Sequential(nn.Linear(2, size**2, bias=False), nn.Unflatten(1, (1, size, size)))
        decoder[0].weight.data[:] = torch.tensor([2 * gain, 0.0])
    return VAE(size, 2, hidden=8, decoder=decoder, encoder="dense")
