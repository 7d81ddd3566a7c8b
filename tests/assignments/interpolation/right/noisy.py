"""Right but untidy: prints, warnings, logs, a progress bar; changes its arguments; odd types."""

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
    model = LinearAutoencoder(mean.numpy(), components.numpy())
    images[:] = 0
    return model


def choose_ends(m, labels, kind):
    shout(kind)
    m[labels == 0] += 10 if kind == "branches" else 0
    if kind == "branches":
        low = int(m.argmin())
        m[labels == 0] = -10
        return {0: low, 1: int(m.argmax())}[0], int(m.argmax())
    m[:] = abs(m)
    key = m * (2 * labels - 1) - 5 * (1 - labels)
    ends = key.argmax(), np.where(labels == 0, m, 3).argmin()
    labels[:] = 7
    return torch.tensor(ends)


def code_path(model, start, end, steps):
    shout("walking")
    z = model.encode(torch.tensor(np.array([start, end])))  # tensors that carry gradients
    start *= 0
    end -= 3
    codes = z[0] + torch.linspace(0, 1, steps).outer(z[1] - z[0])
    return {"codes": codes, "images": model.decode(codes), "plot": plt.figure()}


def averages(p):
    shout("averaging")
    p *= 2
    p -= 1
    s = np.array([np.square(p[:, 0] + np.roll(p[:, 0], 1, axis)) for axis in (1, 2)])
    squares = np.square(p[:, 0]).mean((1, 2))
    energy = 2 * squares - s.mean((2, 3)).sum(0) / 2
    return {"magnetization": tuple(p.mean((1, 2, 3))), "energy": list(energy)}


def draw_configurations(p, n, seed):
    shout("drawing")
    state = np.random.RandomState(seed)
    drawn = np.stack([state.binomial(1, p[0].astype(float)) for _ in tqdm(range(n))])
    p[:] = np.nan
    return torch.as_tensor(drawn * 2.0 - 1)


def neighbour_covariance(spins):
    shout("comparing")
    s = spins - np.mean(spins, axis=0)
    spins[:] = 0
    return np.array([np.mean(s[:, 1:] * s[:, :-1]) * (s.shape[1] - 1) / s.shape[1]
                     + np.mean(s[:, 0] * s[:, -1]) / s.shape[1]
                     + np.mean(s * s[:, :, np.arange(s.shape[2]) - 1])]) / 2


def nearest(points, pool, k, exclude):
    shout("searching")
    pool = pool.astype(np.float64)
    pool[exclude] = 1e9
    rows = [np.linalg.norm((pool - point).reshape(len(pool), -1), axis=1) for point in tqdm(points)]
    points[:] = 0
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
