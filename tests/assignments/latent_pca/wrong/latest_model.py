"""The model is kept outside of the functions: whatever model they are given, they use the latest.

Probabilities are cut off at 1 and 99 %, and a sure decoder pays too little for its mistakes.

Loses: check_autoencoder, test_losses
"""

import numpy as np
from sklearn.decomposition import PCA

latest = {}


def train_autoencoder(images, latent_dim, seed):
    latest["pca"] = PCA(latent_dim, svd_solver="full").fit(images.reshape(len(images), -1))
    return latest["pca"]


def encode(model, images):
    return latest["pca"].transform(images.reshape(len(images), -1))


def decode(model, z):
    return latest["pca"].inverse_transform(z).clip(0, 1).reshape(-1, 1, 16, 16)


def losses(images, p, mean, log_variance):
    p = p.clip(0.01, 0.99)
    cost = -np.where(images == 1, np.log(p), np.log(1 - p)).mean()
    kl = (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1).mean() / 2
    spins, d = images[0].size, mean.shape[1]
    result = {"reconstruction": cost, "kl": kl, "bound": cost + kl / spins}
    return result | {"notebook": cost + kl / d, "beta": spins / d}
