"""Components one after the other by power iteration; a rule from a grid; loops over images."""

import math

import numpy as np

from ai4mat_ising.latent import encode as encode_all


def fit_pca(z):
    mean = z.mean(axis=0, dtype=np.float64)
    covariance = (z - mean).T @ (z - mean) / (len(z) - 1)
    d, rows = len(covariance), []
    for _ in range(d):
        away = np.eye(d) - sum(np.outer(row, row) for row in rows)
        row = away @ np.random.default_rng(len(rows)).normal(size=d)
        for _ in range(3000):
            longer = away @ covariance @ row
            # Where nothing varies any more, every direction is as good.
            if np.linalg.norm(longer) < 1e-12:
                break
            row = longer / np.linalg.norm(longer)
        rows.append(row / np.linalg.norm(row))
    values = np.array([row @ covariance @ row for row in rows])
    return {
        "mean": mean,
        "components": np.array(rows),
        "spread": np.sqrt(values),
        "ratios": values / np.trace(covariance),
    }


def fit_rule(coordinates, labels):
    centre = coordinates[labels == 0].mean(axis=0)
    far = np.sqrt(np.square(coordinates - centre).sum(axis=1))
    candidates = np.linspace(0, far.max(), 1000)
    right = (far[None] > candidates[:, None]) == (labels == 1)
    return {"centre": centre, "threshold": candidates[right.sum(axis=1).argmax()]}


def vae_codes(vae, images):
    return encode_all(vae, torch.from_numpy(images), batch_size=100)


def losses(images, p, mean, log_variance):
    configurations, spins, d = len(images), images[0].size, len(mean[0])
    reconstruction = kl = 0.0
    for x, q, mu, log in zip(images, p, mean, log_variance):
        for pixel, probability in zip(x.flat, q.flat):
            reconstruction -= math.log(probability if pixel == 1 else 1 - probability)
        for a, b in zip(mu, log):
            kl += (a * a + math.exp(b) - 1 - b) / 2
    reconstruction, kl = reconstruction / configurations / spins, kl / configurations
    notebook = reconstruction + kl / d
    beta = (notebook - reconstruction) * spins / kl if kl else spins / d
    return {
        "reconstruction": reconstruction,
        "kl": kl,
        "bound": reconstruction + kl / spins,
        "notebook": notebook,
        "beta": beta,
    }
