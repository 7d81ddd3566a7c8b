"""Right but untidy: prints, warnings, logs; odd types."""

import logging
import os
import sys
import warnings

import numpy as np
import torch

logging.basicConfig(level=logging.INFO, stream=sys.stderr)


def shout(text):
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=2)
    logging.getLogger("student").warning(text)
    os.write(2, b"from compiled code\n")


def kl_divergence(mean, log_variance):
    shout("kl")
    variance = np.exp(log_variance)
    return tuple((mean**2 + variance - log_variance - 1).sum(1) / 2)


def cross_entropy(logits, images):
    shout("cross entropy")
    against = logits.astype(np.float64) * (1 - 2 * images)
    return list(np.logaddexp(0.0, against).sum((1, 2, 3)))


def mean_loss(reconstruction, kl, size, latent_dim):
    shout("loss")
    return [(reconstruction / size**2 + kl / latent_dim).mean()]


def effective_beta(size, latent_dim, over_pixels, over_latents):
    shout("beta")
    pixels = size ** (2 * (over_pixels == "mean"))
    return np.float32(pixels / latent_dim ** (over_latents == "mean"))


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    shout("bound")
    wide = log_variance + np.log(epsilon**2)
    return torch.tensor(reconstruction + 0.5 * (mean**2 + np.exp(wide) - 1 - wide).sum(1))


def train_vae(images, latent_dim, beta, epsilon, seed):
    shout("training")
    return minimise(images, latent_dim, beta, epsilon, seed).train()


def measure(model, images):
    shout("measuring")
    with torch.no_grad():
        x = torch.tensor(images)
        rec, kl = model.terms(x)
        mean = model.encode(x)
    rows = np.concatenate([mean.numpy().T, images.mean((1, 2, 3))[None]])
    correlations = np.corrcoef(rows)[-1, :-1]
    return {
        "model": model,
        "reconstruction": rec.mean(),
        "kl": kl.mean().numpy(),
        "negative_elbo": -model.elbo(x, 3).mean(),
        "correlation": np.float32(np.nanmax([0.0, *abs(correlations)])),
    }


def draw_epsilons(rows, coin):
    shout("drawing")
    import matplotlib.pyplot as plt

    plt.plot([row["epsilon"] for row in rows], [float(row["reconstruction"]) for row in rows])
    plt.show()


def find_code(mean, log_variance, epsilon):
    shout("looking")
    log_sigma = log_variance / 2
    words = np.full(mean.shape[1], "dead", dtype=object)
    words[log_sigma.std(0) > 0.2] = "width"
    words[(mean / np.exp(log_sigma.mean(0))).std(0) > 0.2 * epsilon] = "mean"
    return words


def critical_epsilon(spins, latent_dim):
    shout("predicting")
    S = (abs(np.fft.fft2(spins)) ** 2).mean(0).max() / spins[0].size
    epsilon = np.sqrt(latent_dim * S / spins[0].size)
    return np.array(np.inf if epsilon > 1 else epsilon)


def statements():
    shout("statements")
    return {letter: np.bool_(letter in "ae") for letter in "abcdef"}
