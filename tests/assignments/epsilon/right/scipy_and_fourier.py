"""SciPy's logarithms, a Fourier transform of its own, the bound from the loss and a correction."""

import numpy as np
import torch
from scipy.special import log_expit, xlogy
from scipy.stats import pearsonr

from ai4mat_ising.training import fit
from ai4mat_ising.models import VAE


def kl_divergence(mean, log_variance):
    variance = np.exp(log_variance.astype(np.float64))
    return -0.5 * np.sum(1 + log_variance - np.square(mean) - variance, axis=-1)


def cross_entropy(logits, images):
    h = logits.astype(float)
    per_pixel = images * log_expit(h) + (1 - images) * log_expit(-h)
    return -per_pixel.reshape(len(images), -1).sum(axis=1)


def mean_loss(reconstruction, kl, size, latent_dim):
    beta = size**2 / latent_dim
    return np.average(reconstruction + beta * kl) / size**2


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    loss = reconstruction + kl_divergence(mean, log_variance)
    shift = -np.log(epsilon) - (1 - epsilon**2) / 2 * np.exp(log_variance)
    return loss + shift.sum(axis=1)


def measure(model, images):
    with torch.no_grad():
        mean, log_variance = (t.numpy() for t in model.posterior(torch.from_numpy(images)))
        noise = np.random.default_rng(0).normal(size=mean.shape)
        z = mean + model.epsilon * np.exp(log_variance / 2) * noise
        logits = model.logits(torch.tensor(z, dtype=torch.float32)).numpy()
    reconstruction = cross_entropy(logits, images)
    m = images.mean((1, 2, 3))
    coefficients = [pearsonr(code, m)[0] if len(set(code)) > 1 else 0.0 for code in mean.T]
    return {
        "reconstruction": reconstruction.mean(),
        "kl": kl_divergence(mean, log_variance).mean(),
        "negative_elbo": negative_elbo(reconstruction, mean, log_variance, model.epsilon).mean(),
        "correlation": max(map(abs, coefficients)),
        "images": len(images),
    }


def largest_structure_factor(spins):
    n, size, _ = spins.shape
    wave = np.exp(-2j * np.pi * np.outer(np.arange(size), np.arange(size)) / size)
    amplitudes = wave @ spins @ wave.T
    return (abs(amplitudes) ** 2).sum(axis=0).max() / (n * size**2)


def critical_epsilon(spins, latent_dim):
    share = largest_structure_factor(spins) / spins.shape[-1] ** 2
    if latent_dim * share > 1:
        return float("inf")
    return np.exp(xlogy(0.5, latent_dim * share))
