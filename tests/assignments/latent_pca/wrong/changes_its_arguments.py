"""The numbers are right, but the arrays of the caller hold others afterwards.

Loses: check_pca, test_relate, check_rule, test_vae_codes, check_losses, test_truncation
"""

import numpy as np
import torch


def fit_pca(z):
    mean = z.mean(axis=0, dtype=float)
    z -= mean.astype(z.dtype)
    _, singular, rows = np.linalg.svd(z.astype(float), full_matrices=False)
    variances = singular**2 / len(z)
    ratios = variances / variances.sum()
    return {"mean": mean, "components": rows, "spread": np.sqrt(variances), "ratios": ratios}


def project(pca, z, k):
    z -= np.asarray(pca["mean"], dtype=z.dtype)
    return z @ pca["components"][:k].T


def relate(coordinates, m):
    def with_m(columns):
        return [np.corrcoef(c, m)[0, 1] for c in columns.T]

    result = {"m": with_m(coordinates)}
    np.abs(m, out=m)
    result["abs_m"] = with_m(coordinates)
    coordinates -= np.median(coordinates, axis=0)
    return result | {"distance": with_m(np.abs(coordinates))}


def rule_accuracy(rule, coordinates, labels):
    coordinates -= rule["centre"]
    far = np.linalg.norm(coordinates, axis=1) > rule["threshold"]
    return (far == labels).mean()


def vae_codes(vae, images):
    pixels = torch.from_numpy(images)  # no copy
    codes = vae.encode(pixels).detach().numpy()
    pixels.mul_(2).sub_(1)  # spins, from here on
    return codes


def losses(images, p, mean, log_variance):
    n, d = mean.shape
    spins = images[0].size
    p[images == 0] = 1 - p[images == 0]
    cost = -np.log(p).mean()
    mean **= 2
    kl = (mean + np.exp(log_variance) - 1 - log_variance).sum() / 2 / n
    result = {"reconstruction": cost, "kl": kl, "bound": cost + kl / spins}
    return result | {"notebook": cost + kl / d, "beta": spins / d}


def truncation_errors(decode, pca, z, images):
    z -= pca["mean"]
    errors = []
    for k in range(len(pca["mean"]) + 1):
        rows = pca["components"][:k]
        errors.append(((decode(z @ rows.T @ rows + pca["mean"]) - images) ** 2).mean())
    return errors
