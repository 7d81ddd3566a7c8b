"""Right but untidy: prints, warnings, logs, a progress bar; odd types."""

import logging
import os
import sys
import warnings

import matplotlib.pyplot as plt
import numpy as np
import torch
from tqdm.auto import tqdm

from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit

logging.basicConfig(level=logging.INFO, stream=sys.stderr)


def shout(text):
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=2)
    logging.getLogger("student").warning(text)
    os.write(2, b"from compiled code\n")


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    shout("training")
    model = ConvAutoencoder(latent_dim=1)
    fit(model, torch.as_tensor(images), seed=seed, device="cpu", progress=True)
    return {"net": model, "epochs": 20}


def encode(model, images):
    shout("encoding")
    codes = model["net"].encode(torch.tensor(images))[:, 0]  # a tensor that carries gradients
    return codes


def decode(model, z):
    shout("decoding")
    z = torch.as_tensor(np.asarray(z), dtype=torch.float32)
    return model["net"].decode(z[:, None])


def phase_histograms(z, labels, bins):
    shout("counting")
    plt.figure()
    ordered, edges, _ = plt.hist(z[labels == 1], bins, (z.min(), z.max()))
    disordered, _, _ = plt.hist(z[labels == 0], edges)
    plt.show()
    return {"edges": edges, "ordered": list(ordered), "disordered": tuple(disordered)}


def classify(z, rule):
    shout("classifying")
    z = z - rule["z0"]
    return [abs(code) > rule["threshold"] for code in z]


def accuracy(predicted, labels):
    shout("comparing")
    return torch.as_tensor(np.array(predicted) == np.array(labels)).float().mean()


def fit_rule(z, labels):
    shout("searching")
    best = (0, 0, 0)
    for z0 in tqdm(np.percentile(z, range(101))):
        distance = abs(z - z0)
        for threshold in np.percentile(distance, range(101)):
            best = max(best, (((distance > threshold) == labels).mean(), z0, threshold))
    return {"z0": np.array([best[1]]), "threshold": np.float32(best[2])}


def relate_to_magnetization(z, m):
    shout("relating")
    from scipy.stats import spearmanr

    slope, intercept = np.linalg.lstsq(np.stack([z, np.ones_like(z)], 1), m, rcond=None)[0]
    error = m - slope * z - intercept
    result = {"slope": slope, "intercept": intercept, "rank": spearmanr(z, m).correlation}
    result["r2"] = 1 - np.var(error) / np.var(m)
    return result


def statements():
    shout("statements")
    gain = np.array([0.02, 0.2])
    yes, no = gain > 0.1, gain < 0.0
    return dict(zip("abcdefgh", [no[0], yes[1], no[0], yes[1], yes[1], no[0], no[0], yes[1]]))
