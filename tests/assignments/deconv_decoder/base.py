"""Upsampling and convolutions for the decoder, a short training, loops and sums elsewhere.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import numpy as np
import torch
from scipy.special import logsumexp
from torch import nn

from ai4mat_ising import exact
from ai4mat_ising.models import VAE
from ai4mat_ising.training import fit

CHANNELS = 8


def head(size):
    side = size // 4
    return nn.Sequential(nn.Linear(2, CHANNELS * side**2), nn.Unflatten(1, (CHANNELS, side, side)))


def doubling():
    layers = []
    for channels in (CHANNELS, 1):
        layers += [nn.Upsample(scale_factor=2),
                   nn.Conv2d(CHANNELS, channels, 3, padding=1, padding_mode="circular"), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def trained(images, decoder, seed, **choices):
    """A VAE, trained for a second at most."""
    model = VAE(images.shape[-1], 2, hidden=32, decoder=decoder, encoder="dense", **choices)
    epochs = 3 if len(images) > 1000 else 6
    fit(model, torch.tensor(images), epochs=epochs, lr=2e-2, batch_size=100, seed=seed,
        device="cpu", progress=False)
    return model


def grid(n=61):
    """Codes that cover the plane, and the logarithms of their shares of the prior."""
    z = np.array([[x, y] for x in np.linspace(-5, 5, n) for y in np.linspace(-5, 5, n)])
    log_weights = -(z**2).sum(axis=1) / 2
    return z, log_weights - logsumexp(log_weights)


def mixed(log_weights, h, up):
    """Logarithms of the probabilities of 0/1 images (n, N) in a mixture."""
    return logsumexp(up @ h.T - np.logaddexp(0, h).sum(axis=1) + log_weights, axis=1)


def neighbours(spins):
    s = spins.astype(float)
    return np.roll(s, 1, 1) + np.roll(s, -1, 1) + np.roll(s, 1, 2) + np.roll(s, -1, 2)


def blacks(spins):
    L = spins.shape[-1]
    return np.add.outer(np.arange(L), np.arange(L)) % 2 == 1


def periodic_deconvolution(features, weight):
    n, _, h, w = features.shape
    out = np.zeros((n, weight.shape[1], 2 * h, 2 * w))
    for a in range(4):
        for b in range(4):
            ink = np.einsum("ncyx,co->noyx", features, weight[:, :, a, b])
            ink = np.roll(ink, ((a - 1) // 2, (b - 1) // 2), axis=(2, 3))
            out[:, :, (a - 1) % 2 :: 2, (b - 1) % 2 :: 2] += ink
    return out


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    if decoder == "deconv":
        decoder = nn.Sequential(head(images.shape[-1]), doubling())
    return trained(images, decoder, seed)


def logits(model, z):
    with torch.no_grad():
        return model.decoder(torch.tensor(z, dtype=torch.float32)).numpy()


def code_to_features(model, z):
    with torch.no_grad():
        return model.decoder[0](torch.tensor(z, dtype=torch.float32)).numpy()


def features_to_logits(model, features):
    with torch.no_grad():
        return model.decoder[1](torch.tensor(features, dtype=torch.float32)).numpy()


def draw_spins(p, seed):
    u = np.random.default_rng(seed).random(p.shape)
    return np.sign(p - u)[:, 0].astype(int)


def generate(model, n, seed):
    rng = np.random.default_rng([seed, 1])
    p = 1 / (1 + np.exp(-logits(model, rng.standard_normal((n, 2)))))
    return np.where(rng.random(p.shape) < p, 1, -1)[:, 0]


def log_mixture(log_weights, logits, spins):
    return mixed(log_weights, logits, (1 + spins) / 2)


def log_probability(model, spins, sites):
    z, log_weights = grid()
    return mixed(log_weights, logits(model, z)[:, 0, sites].astype(float), spins[:, sites] > 0)


def nats_above(log_q, size, T):
    return -sum(log_q) / len(log_q) - size * size * exact.entropy(T, size)


def expected_correlation(logits):
    mean = 2 / (1 + np.exp(-logits[:, 0])) - 1
    L = mean.shape[-1]
    sites = np.arange(L)
    g = [1]
    for r in range(1, L // 2 + 1):
        other = (sites + r) % L
        g.append((mean * (mean[:, other] + mean[:, :, other])).mean() / 2)
    return g


def only_m_correlation(spins):
    N = spins[0].size
    m2 = (spins.mean((1, 2)) ** 2).mean()
    return (N * m2 - 1) / (N - 1)


def correlation_figure(curves):
    import matplotlib.pyplot as plt

    for name, g in curves.items():
        plt.plot(range(1, len(g) + 1), g, label=name)
    plt.legend()


def redraw_black(spins, T, seed):
    p = 1 / (1 + np.exp(-2 * neighbours(spins) / T))
    up = np.random.default_rng(seed).random(spins.shape) < p
    return np.where(blacks(spins), np.where(up, 1, -1), spins)


def black_nats(spins, T):
    p = 1 / (1 + np.exp(-2 * spins * neighbours(spins) / T))
    return -np.log(p[:, blacks(spins)]).sum(axis=1)


def hybrid_log_probability(model, spins, T):
    p = 1 / (1 + np.exp(-2 * spins * neighbours(spins) / T))
    white = ~blacks(spins)
    z, log_weights = grid()
    of_white = mixed(log_weights, logits(model, z)[:, 0, white].astype(float), spins[:, white] > 0)
    return of_white + np.log(p[:, ~white]).sum(axis=1)


def statements():
    return {"a": False, "b": True, "c": False, "d": True, "e": True, "f": False}
