"""Nothing is learned: the code is the magnetization, the copy a uniform gray.

Loses: test_reconstruction
"""

import numpy as np


def train_autoencoder(images, seed):
    return "no model"


def encode(model, images):
    return 2 * images.mean(axis=(1, 2, 3)) - 1


def decode(model, z):
    return np.tile(((np.clip(z, -1, 1) + 1) / 2).reshape(-1, 1, 1, 1), (1, 1, 16, 16))
