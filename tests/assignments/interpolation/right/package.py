"""Whatever the package can do is left to the package."""

import numpy as np
import torch

from ai4mat_ising import generation, latent
from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.observables import correlation
from ai4mat_ising.training import fit


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    model = ConvAutoencoder()
    fit(model, torch.tensor(images), epochs=10, lr=2e-3, seed=seed, device="cpu", progress=False)
    return model


def choose_ends(m, labels, kind):
    by_m = sorted(np.flatnonzero(labels), key=lambda i: m[i])
    if kind == "branches":
        return [by_m[0], by_m[-1]]
    disordered = np.where(labels == 0)[0]
    return [max(by_m, key=lambda i: abs(m[i])), min(disordered, key=lambda i: m[i] ** 2)]


def code_path(model, start, end, steps):
    ends = [latent.encode(model, torch.tensor(image)[None])[0] for image in (start, end)]
    codes = latent.interpolate(*ends, steps=steps)
    images = model.decode(torch.tensor(codes).float()).detach().numpy()
    return dict(codes=codes, images=images)


def draw_configurations(p, n, seed):
    return generation.draw(np.repeat(p, n, axis=0), seed=seed)


def neighbour_covariance(spins):
    products = correlation(spins)[:, 1].mean()
    mean = spins.mean(axis=0)[None, None]
    return products + averages((1 + mean) / 2)["energy"][0] / 2


def nearest(points, pool, k, exclude):
    from scipy.spatial.distance import cdist

    distances = cdist(points.reshape(len(points), -1), pool.reshape(len(pool), -1))
    order = np.argsort(distances, axis=1)
    excluded = set(exclude.tolist())
    return np.array([[i for i in row if i not in excluded][:k] for row in order])
