"""Right but untidy: prints, warnings, logs; odd types."""

import logging
import os
import sys
import warnings

import numpy as np
import torch
from tqdm.auto import tqdm

from ai4mat_ising.models import ConvAutoencoder

logging.basicConfig(level=logging.INFO, stream=sys.stderr)


def shout(text):
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=2)
    logging.getLogger("student").warning(text)
    os.write(2, b"from compiled code\n")


def fit_pca(z):
    shout("fitting")
    mean = z.mean(axis=0, dtype=float)
    z = z - mean.astype(z.dtype)
    values, vectors = np.linalg.eig(z.T.astype(float) @ z / len(z))
    order = np.argsort(values)[::-1]
    values = np.maximum(values[order], 0)
    return {
        "mean": list(mean),
        "components": vectors.T[order].tolist(),
        "spread": tuple(np.sqrt(values)),
        "ratios": values / values.sum(),
        "title": "principal components",
    }


def project(pca, z, k):
    shout("projecting")
    z = z - np.asarray(pca["mean"], dtype=z.dtype)
    coordinates = np.einsum("nd,kd->nk", z, np.asarray(pca["components"])[:k])
    return coordinates.tolist()


def restore(pca, coordinates):
    shout("restoring")
    coordinates = np.asarray(coordinates)
    return np.asarray(pca["mean"]) + np.dot(
        coordinates, np.asarray(pca["components"])[: coordinates.shape[1]]
    )


def train_autoencoder(images, latent_dim, seed):
    shout("training")
    torch.manual_seed(seed)
    model = ConvAutoencoder(np.int64(latent_dim))
    training.fit(model, torch.as_tensor(images), epochs=8, batch_size=50, lr=4e-3, seed=seed,
                 device="cpu", progress=True)
    return {"net": model}


def encode(model, images):
    shout("encoding")
    return model["net"].encode(torch.tensor(images))  # a tensor that carries gradients


def decode(model, z):
    shout("decoding")
    return model["net"].decode(torch.as_tensor(np.asarray(z), dtype=torch.float32))


def relate(coordinates, m):
    from scipy.stats import pearsonr

    shout("relating")
    result = {"m": [], "abs_m": [], "distance": []}
    for c in tqdm(np.asarray(coordinates).T.copy()):
        result["m"].append(pearsonr(c, m)[0])
        result["abs_m"].append(pearsonr(c, np.abs(m)).statistic)
        c -= np.median(c)
        result["distance"].append(pearsonr(np.abs(c), np.abs(m))[0])
    return result


def fit_rule(coordinates, labels):
    shout("searching")
    disordered = coordinates[np.asarray(labels) == 0]
    centre = (np.quantile(disordered, 0.2, axis=0) + np.quantile(disordered, 0.8, axis=0)) / 2
    distance = np.hypot.reduce(coordinates - centre, axis=1)
    tried = np.percentile(distance, np.linspace(0, 100, 300))
    right = [sum((distance > t) == labels) for t in tqdm(tried)]
    return {"centre": list(centre), "threshold": np.array([tried[np.argmax(right)]])}


def rule_accuracy(rule, coordinates, labels):
    shout("judging")
    far = np.linalg.norm(coordinates - np.asarray(rule["centre"]), axis=-1) > rule["threshold"]
    return np.array([np.float32(1 - (labels ^ far).mean())])


def vae_codes(vae, images):
    shout("encoding")
    vae.train()
    return vae.encode(torch.tensor(images))


def losses(images, p, mean, log_variance):
    shout("measuring")
    n, d = np.shape(mean)
    reconstruction = -np.log(np.where(images == 0, 1 - p, p)).mean(axis=(1, 2, 3)).mean()
    terms = np.square(mean) + np.exp(log_variance) - log_variance - 1
    spins = images[0].size
    result = {"reconstruction": [reconstruction], "kl": terms.sum() / 2 / n, "beta": spins / d}
    result["bound"] = np.float64(reconstruction + terms.sum() / 2 / n / spins)
    result["notebook"] = torch.tensor(reconstruction + terms.mean() / 2)
    return result


def truncation_errors(decode, pca, z, images):
    shout("taking away")
    rows, mean = np.array(pca["components"]), np.array(pca["mean"])
    coordinates = (z - mean) @ rows.T
    errors = []
    for k in tqdm(reversed(range(len(rows) + 1))):
        coordinates[:, k:] = 0
        errors.append(np.square(decode(coordinates @ rows + mean) - images).mean())
    return tuple(errors[::-1])


def statements():
    shout("statements")
    share = np.array([0.2, 0.95])
    no, yes = share > 0.8
    return dict(zip("abcdefgh", [no, yes, no, yes, yes, yes, no, yes]))
