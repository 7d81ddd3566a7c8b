"""The package wherever it helps: its drawing, its correlation, its energies."""

import numpy as np
import torch
from scipy.special import logsumexp
from torch import nn

from ai4mat_ising import exact
from ai4mat_ising.generation import ExchangeableModel, draw, nats_above_entropy
from ai4mat_ising.models import VAE
from ai4mat_ising.observables import energy_per_spin, magnetization
from ai4mat_ising.training import fit


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    size = images.shape[-1]
    if decoder == "deconv":
        smooth = [nn.Conv2d(10, 10, 3, padding=1, padding_mode="circular"), nn.BatchNorm2d(10)]
        parts = [nn.Linear(2, 10 * (size // 4) ** 2), nn.Unflatten(1, (10, size // 4, size // 4))]
        decoder = nn.Sequential(
            nn.Sequential(*parts),
            nn.Sequential(
                nn.Upsample(scale_factor=2, mode="nearest"), *smooth, nn.LeakyReLU(),
                nn.Conv2d(10, 4, 1), nn.PixelShuffle(2),
            ),
        )
    model = VAE(size, latent_dim=2, hidden=40, decoder=decoder, encoder="conv")
    x = torch.as_tensor(images)
    for rate in (6e-3, 2e-3):
        fit(model, x, epochs=4, batch_size=80, lr=rate, seed=seed,
            device="cpu", progress=False)
    return model


def logits(model, z):
    with torch.no_grad():
        return model.logits(torch.as_tensor(z).float()).numpy()


def generate(model, n, seed):
    return model.sample(n, seed=seed)


def draw_spins(p, seed):
    return draw(p, seed=seed)


def log_probability(model, spins, sites):
    # Codes drawn from the prior, the same for all configurations.
    z = np.random.default_rng(0).normal(size=(15_000, 2))
    h = logits(model, z).astype(float)[:, 0, sites]
    log_q = (spins[:, sites] > 0) @ h.T - np.logaddexp(0, h).sum(axis=1)
    return logsumexp(log_q, axis=1) - np.log(len(z))


def only_m_correlation(spins):
    m = magnetization(spins)
    N = spins[0].size
    return np.mean((N * m**2 - 1) / (N - 1))


def black_nats(spins, T):
    # What the energy would change by, one black spin after the other.
    L = spins.shape[-1]
    energy = L**2 * energy_per_spin(spins)
    nats = np.zeros(len(spins))
    for y, x in zip(*np.nonzero(np.indices((L, L)).sum(axis=0) % 2)):
        turned = spins.copy()
        turned[:, y, x] *= -1
        nats += np.logaddexp(0, (energy - L**2 * energy_per_spin(turned)) / T)
    return nats
