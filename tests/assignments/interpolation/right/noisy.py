"""Right but untidy: prints, warnings, logs, a progress bar; odd types."""

import logging
import os
import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch
from tqdm.auto import tqdm

logging.basicConfig(level=logging.INFO, stream=sys.stderr)


def shout(text):
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=2)
    logging.getLogger("student").warning(text)
    os.write(2, b"from compiled code\n")


def train_autoencoder(images, seed):
    shout("training")
    flat = torch.as_tensor(images).flatten(1)
    mean = flat.mean(0)
    components = torch.linalg.svd(flat - mean, full_matrices=False)[2][:2].T
    return LinearAutoencoder(mean.numpy(), components.numpy())


def choose_ends(m, labels, kind):
    shout(kind)
    if kind == "branches":
        high = np.where(labels == 0, -10, m)
        return int(np.where(labels == 0, 10, m).argmin()), float(high.argmax())
    key = abs(m) * (2 * labels - 1) - 5 * (1 - labels)
    return torch.tensor((key.argmax(), np.where(labels == 0, abs(m), 3).argmin()))


def code_path(model, start, end, steps):
    shout("walking")
    z = model.encode(torch.tensor(np.array([start, end])))  # tensors that carry gradients
    codes = z[0] + torch.linspace(0, 1, steps).outer(z[1] - z[0])
    return {"codes": codes, "images": model.decode(codes), "plot": plt.figure()}


def averages(p):
    shout("averaging")
    p = 2 * p - 1
    s = np.array([np.square(p[:, 0] + np.roll(p[:, 0], 1, axis)) for axis in (1, 2)])
    squares = np.square(p[:, 0]).mean((1, 2))
    energy = 2 * squares - s.mean((2, 3)).sum(0) / 2
    return {"magnetization": tuple(p.mean((1, 2, 3))), "energy": list(energy)}


def draw_configurations(p, n, seed):
    shout("drawing")
    state = np.random.RandomState(seed)
    drawn = np.stack([state.binomial(1, p[0].astype(float)) for _ in tqdm(range(n))])
    return torch.as_tensor(drawn * 2.0 - 1)


def neighbour_covariance(spins):
    shout("comparing")
    s = spins - np.mean(spins, axis=0)
    return np.array([np.mean(s[:, 1:] * s[:, :-1]) * (s.shape[1] - 1) / s.shape[1]
                     + np.mean(s[:, 0] * s[:, -1]) / s.shape[1]
                     + np.mean(s * s[:, :, np.arange(s.shape[2]) - 1])]) / 2


def nearest(points, pool, k, exclude):
    shout("searching")
    pool = pool.astype(np.float64)
    pool[exclude] = 1e9
    rows = [np.linalg.norm((pool - point).reshape(len(pool), -1), axis=1) for point in tqdm(points)]
    return np.argsort(rows, axis=-1, kind="stable")[:, :k].astype(float)


def wall_path(size, steps):
    shout("building")
    order = np.arange(size * size).reshape(size, size).T
    ups = np.round(np.linspace(0, size * size, steps))
    return [torch.as_tensor(np.sign(count - order - 0.5)) for count in ups]


def statements():
    shout("statements")
    yes, no = np.array([3, 0]) > 1
    return dict(zip("abcdefgh", [no, no, yes, yes, yes, no, no, yes]))
