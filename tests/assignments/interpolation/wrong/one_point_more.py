"""The number of steps counts the intervals, not the points.

The energy leaves out the bonds across the boundary, and divides by the number of the others. The
growing domain is a square in the corner.

Loses: check_path, test_path, test_trained_path, test_averages, check_walls, test_walls
"""

import numpy as np
import torch


def code_path(model, start, end, steps):
    with torch.no_grad():
        first, last = model.encode(torch.tensor(np.stack([start, end]))).numpy()
        codes = np.linspace(first, last, steps + 1)
        images = model.decode(torch.tensor(codes, dtype=torch.float32)).numpy()
    return {"codes": codes, "images": images}


def averages(p):
    mu = 2 * p[:, 0].astype(float) - 1
    down = (mu[:, 1:] * mu[:, :-1]).mean(axis=(1, 2))
    right = (mu[:, :, 1:] * mu[:, :, :-1]).mean(axis=(1, 2))
    return {"magnetization": mu.mean(axis=(1, 2)), "energy": -down - right}


def wall_path(size, steps):
    y, x = np.indices((size, size)).reshape(2, -1)
    order = np.lexsort((np.where(y > x, x, 2 * size - y), np.maximum(x, y)))
    rank = np.argsort(order)
    ups = np.linspace(0, size**2, steps).round()
    return np.where(rank < ups[:, None], 1, -1).reshape(steps, size, size)
