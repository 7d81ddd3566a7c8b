"""Spins turn up in a random order: no walls. All statements are true.

Ignores the images it is given and trains on those of the lesson.

Loses: test_trained_path, check_walls, test_walls, test_statements_path, test_statements_draws
"""

import numpy as np

from ai4mat_ising.datasets import IsingDataset


def train_autoencoder(images, seed):
    flat = IsingDataset("light").images().numpy().reshape(5000, 256).astype(float)
    components = np.linalg.eigh(np.cov(flat, rowvar=False))[1]
    return LinearAutoencoder(flat.mean(axis=0), components[:, -2:].copy())


def wall_path(size, steps):
    rank = np.random.default_rng(0).permutation(size * size)
    ups = np.linspace(0, size * size, steps).round()
    return np.where(rank < ups[:, None], 1, -1).reshape(steps, size, size)


def statements():
    return dict.fromkeys("abcdefgh", True)
