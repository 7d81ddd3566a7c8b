"""PCA and neighbours from scikit-learn, covariances from np.cov, energies by Fourier transform."""

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.neighbors import NearestNeighbors


def train_autoencoder(images, seed):
    pca = PCA(2, random_state=seed).fit(images.reshape(len(images), -1))
    model = LinearAutoencoder(pca.mean_, pca.components_.T)
    return model.requires_grad_(False)


def choose_ends(m, labels, kind):
    order = np.argsort(m if kind == "branches" else np.abs(m))
    ordered = order[labels[order] == 1]
    first = ordered[0] if kind == "branches" else order[labels[order] == 0][0]
    return (first, ordered[-1]) if kind == "branches" else (ordered[-1], first)


def code_path(model, start, end, steps):
    with torch.inference_mode():
        z = model.encode(torch.from_numpy(np.array([start, end]))).double().numpy()
        codes = np.array([np.interp(np.linspace(0, 1, steps), [0, 1], column) for column in z.T]).T
        images = model.decode(torch.from_numpy(codes).to(torch.float32))
    return {"codes": codes, "images": np.asarray(images), "steps": steps}


def averages(p):
    mu = np.squeeze(2.0 * p - 1, axis=1)
    sites = mu[0].size
    power = np.abs(np.fft.fft2(mu)) ** 2 / sites**2
    cosines = np.cos(2 * np.pi * np.fft.fftfreq(mu.shape[-1]))
    energy = -(power * (cosines[:, None] + cosines)).sum(axis=(1, 2))
    return {"magnetization": np.einsum("nij->n", mu) / sites, "energy": energy}


def draw_configurations(p, n, seed):
    np.random.seed(seed)
    return np.sign(p[0] - np.random.uniform(size=(n, *p[0].shape)))


def neighbour_covariance(spins):
    n, size, _ = spins.shape
    covariance = np.cov(spins.reshape(n, -1), rowvar=False, bias=True)
    site = np.arange(size**2).reshape(size, size)
    return np.mean([covariance[site, np.roll(site, 1, axis)] for axis in (0, 1)])


def nearest(points, pool, k, exclude):
    allowed = np.ones(len(pool), bool)
    allowed[exclude] = False
    search = NearestNeighbors(n_neighbors=k).fit(pool[allowed].reshape(allowed.sum(), -1))
    found = search.kneighbors(points.reshape(len(points), -1), return_distance=False)
    return np.flatnonzero(allowed)[found]


def wall_path(size, steps):
    # The strip grows upwards and downwards in turn, by whole rows; the last row is begun last.
    rows = sorted(range(size), key=lambda y: abs(y - size // 2 + 0.1))
    path = np.full((steps, size, size), -1, np.int8)
    for t, ups in enumerate(np.linspace(0, size**2, steps).astype(int)):
        full, rest = divmod(ups, size)
        path[t, rows[:full]] = 1
        if rest:
            path[t, rows[full], :rest] = 1
    return path
