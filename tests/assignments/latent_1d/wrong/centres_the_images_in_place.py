"""Centres the images and the codes of the caller in place.

Loses: check_autoencoder, check_histograms, check_relation
"""

import numpy as np


def train_autoencoder(images, seed):
    images -= 0.5
    flat = images.reshape(len(images), -1).astype(float)
    return np.linalg.eigh(flat.T @ flat)[1][:, -1]


def encode(model, images):
    images -= 0.5
    return images.reshape(len(images), -1) @ model


def decode(model, z):
    return np.clip(0.5 + np.outer(z, model), 0, 1).reshape(-1, 1, 16, 16)


def phase_histograms(z, labels, bins):
    edges = np.linspace(z.min(), z.max(), bins + 1)
    ordered = np.histogram(z[labels == 1], edges)[0]
    disordered = np.histogram(z[labels == 0], edges)[0]
    z -= z.mean()
    return {"edges": edges, "ordered": ordered, "disordered": disordered}


def relate_to_magnetization(z, m):
    from scipy.stats import spearmanr

    rank = spearmanr(z, m).statistic
    middle, mean = z.mean(), m.mean()
    z -= middle
    m -= mean
    slope = (z @ m) / (z @ z)
    r2 = (z @ m) ** 2 / ((z @ z) * (m @ m))
    return {"slope": slope, "intercept": mean - slope * middle, "r2": r2, "rank": rank}
