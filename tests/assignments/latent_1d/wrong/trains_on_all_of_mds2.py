"""Ignores the images it is given and trains on the whole data set, held-out images included.

Loses: test_reconstruction
"""

import numpy as np

from ai4mat_ising.datasets import IsingDataset


def train_autoencoder(images, seed):
    flat = IsingDataset("light").images().numpy().reshape(5000, 256).astype(float)
    return flat.mean(axis=0), np.linalg.eigh(np.cov(flat, rowvar=False))[1][:, -1]
