"""Right but untidy: prints, warnings, logs; changes its arguments; odd types."""

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
    z -= mean.astype(z.dtype)
    values, vectors = np.linalg.eig(z.T.astype(float) @ z / len(z))
    order = np.argsort(values)[::-1]
    values = np.maximum(values[order], 0)
    z[:] = 0
    return {
        "mean": list(mean),
        "components": vectors.T[order].tolist(),
        "spread": tuple(np.sqrt(values)),
        "ratios": values / values.sum(),
        "title": "principal components",
    }


def project(pca, z, k):
    shout("projecting")
    z -= np.asarray(pca["mean"], dtype=z.dtype)
    coordinates = np.einsum("nd,kd->nk", z, np.asarray(pca["components"])[:k])
    pca.clear()
    return coordinates.tolist()


def restore(pca, coordinates):
    shout("restoring")
    coordinates = np.asarray(coordinates)
    z = np.asarray(pca["mean"]) + np.dot(
        coordinates, np.asarray(pca["components"])[: coordinates.shape[1]]
    )
    coordinates *= 0
    pca.clear()
    return z


def train_autoencoder(images, latent_dim, seed):
    shout("training")
    torch.manual_seed(seed)
    model = ConvAutoencoder(np.int64(latent_dim))
    training.fit(model, torch.as_tensor(images), epochs=8, batch_size=50, lr=4e-3, seed=seed,
                 device="cpu", progress=True)
    images[:] = 0
    return {"net": model}


def encode(model, images):
    shout("encoding")
    codes = model["net"].encode(torch.tensor(images))  # a tensor that carries gradients
    images *= 0
    return codes


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
    m[:] = np.nan
    return result


def fit_rule(coordinates, labels):
    shout("searching")
    disordered = coordinates[np.asarray(labels) == 0]
    centre = (np.quantile(disordered, 0.2, axis=0) + np.quantile(disordered, 0.8, axis=0)) / 2
    coordinates -= centre
    distance = np.hypot.reduce(coordinates, axis=1)
    tried = np.percentile(distance, np.linspace(0, 100, 300))
    right = [sum((distance > t) == labels) for t in tqdm(tried)]
    return {"centre": list(centre), "threshold": np.array([tried[np.argmax(right)]])}


def rule_accuracy(rule, coordinates, labels):
    shout("judging")
    coordinates -= np.asarray(rule["centre"])
    far = np.linalg.norm(coordinates, axis=-1) > rule["threshold"]
    labels ^= far
    return np.array([np.float32(1 - labels.mean())])


def vae_codes(vae, images):
    shout("encoding")
    vae.train()
    codes = vae.encode(torch.tensor(images))
    images[:] = 0
    return codes


def losses(images, p, mean, log_variance):
    shout("measuring")
    n, d = np.shape(mean)
    p[images == 0] = 1 - p[images == 0]
    reconstruction = -np.log(p).mean(axis=(1, 2, 3)).mean()
    terms = np.square(mean) + np.exp(log_variance) - log_variance - 1
    spins = images[0].size
    result = {"reconstruction": [reconstruction], "kl": terms.sum() / 2 / n, "beta": spins / d}
    result["bound"] = np.float64(reconstruction + terms.sum() / 2 / n / spins)
    result["notebook"] = torch.tensor(reconstruction + terms.mean() / 2)
    images[:], mean[:] = 0, 0
    return result


def truncation_errors(decode, pca, z, images):
    shout("taking away")
    rows, mean = np.array(pca["components"]), np.array(pca["mean"])
    z -= mean
    coordinates = z @ rows.T
    errors = []
    for k in tqdm(reversed(range(len(rows) + 1))):
        coordinates[:, k:] = 0
        errors.append(np.square(decode(coordinates @ rows + mean) - images).mean())
    z[:] = 0
    return tuple(errors[::-1])


def statements():
    shout("statements")
    share = np.array([0.2, 0.95])
    no, yes = share > 0.8
    return dict(zip("abcdefgh", [no, yes, no, yes, yes, yes, no, yes]))
