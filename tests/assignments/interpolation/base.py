"""Principal component analysis as a torch module, and NumPy alone for the rest.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import numpy as np
import torch


class LinearAutoencoder(torch.nn.Module):
    def __init__(self, mean, components):
        super().__init__()
        self.mean = torch.nn.Parameter(torch.tensor(mean, dtype=torch.float32))
        self.components = torch.nn.Parameter(torch.tensor(components, dtype=torch.float32))

    def encode(self, x):
        return (x.flatten(1) - self.mean) @ self.components

    def decode(self, z):
        return (self.mean + z @ self.components.T).clamp(0, 1).reshape(-1, 1, 16, 16)


def train_autoencoder(images, seed):
    flat = images.reshape(len(images), -1).astype(float)
    components = np.linalg.eigh(np.cov(flat, rowvar=False))[1]
    return LinearAutoencoder(flat.mean(axis=0), components[:, -2:].copy())


def choose_ends(m, labels, kind):
    ordered = np.where(labels == 1, m, np.nan)
    if kind == "branches":
        return np.nanargmin(ordered), np.nanargmax(ordered)
    return np.nanargmax(np.abs(ordered)), np.nanargmin(np.where(labels == 0, np.abs(m), np.nan))


def code_path(model, start, end, steps):
    with torch.no_grad():
        first = model.encode(torch.tensor(start[None])).numpy()
        last = model.encode(torch.tensor(end[None])).numpy()
        t = np.arange(steps, dtype=np.float32)[:, None] / (steps - 1)
        codes = (1 - t) * first + t * last
        images = model.decode(torch.tensor(codes)).numpy()
    return {"codes": codes, "images": images}


def averages(p):
    up = p[:, 0].astype(float)
    mu = up - (1 - up)
    energy = np.zeros(len(p))
    for axis in (1, 2):
        energy -= (mu * np.roll(mu, -1, axis=axis)).mean(axis=(1, 2))
    return {"magnetization": mu.mean(axis=(1, 2)), "energy": energy}


def draw_configurations(p, n, seed):
    rng = np.random.default_rng(seed)
    return 2 * (rng.random((n, *p.shape[1:])) < p).astype(int) - 1


def neighbour_covariance(spins):
    mean = spins.mean(axis=0)
    total = 0.0
    for axis in (0, 1):
        products = (spins * np.roll(spins, 1, axis=axis + 1)).mean(axis=0)
        total += (products - mean * np.roll(mean, 1, axis=axis)).sum()
    return total / (2 * mean.size)


def nearest(points, pool, k, exclude):
    axes = tuple(range(1, points.ndim))
    found = []
    for point in points:
        distance = np.sqrt(((pool - point) ** 2).sum(axis=axes))
        distance[exclude] = np.inf
        found.append(np.argsort(distance)[:k])
    return np.array(found)


def energy_figure(m, energies):
    import matplotlib.pyplot as plt

    fig, ax = plt.subplots()
    for name, values in energies.items():
        ax.plot(m, values, label=name)
    ax.legend()


def wall_path(size, steps):
    path = -np.ones((steps, size * size), int)
    for t in range(steps):
        path[t, : round(size * size * t / (steps - 1))] = 1
    return path.reshape(steps, size, size)


def statements():
    return dict(a=False, b=False, c=True, d=True, e=True, f=False, g=False, h=True)
