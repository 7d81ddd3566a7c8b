"""The points are right, but the images are copies of blended images.

The spins of a configuration are drawn once and handed out n times.

Loses: test_path, test_draws
"""

import numpy as np
import torch


def code_path(model, start, end, steps):
    with torch.no_grad():
        first, last = model.encode(torch.tensor(np.stack([start, end]))).numpy()
        blends = torch.tensor(np.linspace(start, end, steps), dtype=torch.float32)
        images = model.decode(model.encode(blends)).numpy()
    return {"codes": np.linspace(first, last, steps), "images": images}


def draw_configurations(p, n, seed):
    up = np.random.default_rng(seed).random(p.shape) < p
    return np.repeat(np.where(up, 1, -1), n, axis=0)
