"""Nothing is learned: the code is the magnetization and the longest waves.

Loses: test_autoencoder
"""

import numpy as np


def train_autoencoder(images, latent_dim, seed):
    row, column = 2 * np.pi * np.indices((16, 16)).reshape(2, 256) / 16
    patterns = [np.ones(256) / 2**0.5, np.cos(row), np.sin(row), np.cos(column), np.sin(column)]
    return np.full(256, 0.5), np.array(patterns[:latent_dim]).T / 128**0.5
