"""Interpolates the pixels; the codes are those of the blended images.

The energy takes the probabilities themselves for spins. The nearest come in no particular order.

Loses: test_path, check_averages, test_averages, check_nearest, test_nearest
"""

import numpy as np
import torch


def code_path(model, start, end, steps):
    images = np.linspace(start, end, steps)
    with torch.no_grad():
        codes = model.encode(torch.tensor(images, dtype=torch.float32)).numpy()
    return {"codes": codes, "images": images}


def averages(p):
    s = p[:, 0].astype(float)
    around = np.roll(s, 1, 1) + np.roll(s, 1, 2)
    return {"magnetization": 2 * s.mean(axis=(1, 2)) - 1, "energy": -(s * around).mean(axis=(1, 2))}


def nearest(points, pool, k, exclude):
    distance = np.array([((pool - x) ** 2).reshape(len(pool), -1).sum(axis=1) for x in points])
    distance[:, exclude] = np.inf
    return np.sort(np.argsort(distance, axis=1)[:, :k], axis=1)
