"""The weights of the two ends are mixed up: the path runs from the end to the start.

Magnetization and energy are those of the rounded images, and the seed is forgotten.

Loses: check_path, test_path, test_trained_path, check_averages, test_averages, check_draws,
test_draws
"""

import numpy as np
import torch

from ai4mat_ising.observables import energy_per_spin, magnetization


def code_path(model, start, end, steps):
    with torch.no_grad():
        first, last = model.encode(torch.tensor(np.stack([start, end]))).numpy()
        t = np.linspace(0, 1, steps)[:, None]
        codes = t * first + (1 - t) * last
        images = model.decode(torch.tensor(codes, dtype=torch.float32)).numpy()
    return {"codes": codes, "images": images}


def averages(p):
    spins = np.where(p[:, 0] > 0.5, 1, -1)
    return {"magnetization": magnetization(spins), "energy": energy_per_spin(spins)}


def draw_configurations(p, n, seed):
    return np.where(np.random.random((n, *p.shape[1:])) < p, 1, -1)
