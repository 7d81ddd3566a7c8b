"""Only the spins follow the seed: the codes are the same for every seed.

Loses: test_draws
"""

import numpy as np


def generate(model, n, seed):
    z = np.random.default_rng(0).standard_normal((n, 2))
    p = 1 / (1 + np.exp(-logits(model, z)))
    return np.where(np.random.default_rng(seed + 1).random(p.shape) < p, 1, -1)[:, 0]
