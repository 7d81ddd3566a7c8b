"""The path stops one step before its end, and so does that of the walls.

The covariance is that of a sample, divided by n - 1.

Loses: check_path, test_path, check_draws, test_covariance, check_walls, test_walls
"""

import numpy as np
import torch


def code_path(model, start, end, steps):
    with torch.no_grad():
        first, last = model.encode(torch.tensor(np.stack([start, end]))).numpy()
        codes = np.linspace(first, last, steps, endpoint=False)
        images = model.decode(torch.tensor(codes, dtype=torch.float32)).numpy()
    return {"codes": codes, "images": images}


def wall_path(size, steps):
    ups = np.linspace(0, size * size, steps, endpoint=False).round()
    return np.where(np.arange(size * size) < ups[:, None], 1, -1).reshape(steps, size, size)


def neighbour_covariance(spins):
    s = spins - spins.mean(axis=0)
    products = s * (np.roll(s, 1, axis=1) + np.roll(s, 1, axis=2))
    return products.mean() / 2 * len(s) / (len(s) - 1)
