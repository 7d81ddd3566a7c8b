"""The decoder is trained on the means of the posteriors instead of codes drawn from them.

Loses: test_training
"""

import torch
from torch import nn

from ai4mat_ising.models import VAE
from ai4mat_ising.training import fit


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        side = images.shape[-1] // 4
        first = nn.Sequential(nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 16 * side**2), nn.ReLU(),
                              nn.Unflatten(1, (16, side, side)))
        second = nn.Sequential(
            nn.CircularPad2d(1), nn.ConvTranspose2d(16, 16, 4, stride=2, padding=3), nn.ReLU(),
            nn.CircularPad2d(1), nn.ConvTranspose2d(16, 1, 4, stride=2, padding=3),
        )
        decoder = nn.Sequential(first, second)
    model = VAE(images.shape[-1], 2, hidden=64, decoder=decoder, encoder="dense", epsilon=0)
    for epochs, rate in [(8, 3e-3), (4, 1e-3)]:
        fit(model, torch.tensor(images), epochs=epochs, batch_size=100, lr=rate, seed=seed,
            device="cpu", progress=False)
    return model
