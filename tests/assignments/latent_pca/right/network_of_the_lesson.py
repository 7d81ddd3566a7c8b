"""The lesson's network, singular values, and components that point the other way."""

import numpy as np
import torch

from ai4mat_ising import latent
from ai4mat_ising.models import ConvAutoencoder


def fit_pca(z):
    mean = np.mean(z, axis=0)
    _, singular, rows = np.linalg.svd(z - mean, full_matrices=False)
    variance = singular**2 / (len(z) - 1)
    return dict(mean=mean, components=-rows, spread=variance**0.5, ratios=variance / variance.sum())


def train_autoencoder(images, latent_dim, seed):
    torch.manual_seed(seed)
    model = ConvAutoencoder(latent_dim=latent_dim)
    training.fit(model, torch.as_tensor(images), epochs=8, seed=seed, device="cpu", progress=False)
    return model


def encode(model, images):
    return latent.encode(model, torch.as_tensor(images))


def decode(model, z):
    with torch.no_grad():
        return model.decode(torch.as_tensor(z, dtype=torch.float32)).numpy()


def fit_rule(coordinates, labels):
    # Halfway between two distances, so that no training code lies on the threshold.
    centre = np.median(coordinates[labels == 0], axis=0)
    distance = np.sort(np.linalg.norm(coordinates - centre, axis=1))
    between = (distance[1:] + distance[:-1]) / 2
    rules = [{"centre": centre, "threshold": t} for t in between[::3]]
    return max(rules, key=lambda rule: rule_accuracy(rule, coordinates, labels))


def rule_accuracy(rule, coordinates, labels):
    inside = ((coordinates - rule["centre"]) ** 2).sum(axis=1) <= rule["threshold"] ** 2
    return 1 - np.count_nonzero(inside == labels.astype(bool)) / len(labels)


def vae_codes(vae, images):
    x = torch.as_tensor(images)
    return vae(x)[1].detach().numpy()
