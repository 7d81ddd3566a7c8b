"""Loops and the math module; the largest eigenvalue of the spins' correlation matrix."""

import math

import numpy as np


def kl_divergence(mean, log_variance):
    result = []
    for mus, logs in zip(mean.tolist(), log_variance.tolist()):
        result.append(sum((mu * mu + math.exp(v) - 1 - v) / 2 for mu, v in zip(mus, logs)))
    return result


def cross_entropy(logits, images):
    costs = []
    for h, x in zip(logits, images):
        total = 0.0
        for logit, pixel in zip(h.ravel().tolist(), x.ravel().tolist()):
            wrong = -logit if pixel else logit
            # ln(1 + exp(wrong)), where the exponential may overflow.
            total += max(wrong, 0.0) + math.log1p(math.exp(-abs(wrong)))
        costs.append(total)
    return costs


def mean_loss(reconstruction, kl, size, latent_dim):
    total = 0.0
    for rec, divergence in zip(reconstruction, kl):
        total += float(rec) / (size * size) + float(divergence) / latent_dim
    return total / len(kl)


def effective_beta(size, latent_dim, over_pixels, over_latents):
    return {
        ("mean", "mean"): size * size / latent_dim,
        ("mean", "sum"): size * size,
        ("sum", "mean"): 1 / latent_dim,
        ("sum", "sum"): 1,
    }[over_pixels, over_latents]


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    bounds = []
    for rec, mus, logs in zip(reconstruction, mean, log_variance):
        for mu, v in zip(mus, logs):
            s2 = epsilon**2 * math.exp(v)
            rec = rec + 0.5 * (mu**2 + s2 - 1 - math.log(s2))
        bounds.append(rec)
    return np.array(bounds)


def find_code(mean, log_variance, epsilon):
    words = []
    for mus, logs in zip(mean.T, log_variance.T):
        typical = math.sqrt(np.mean(np.exp(logs))) * epsilon
        if mus.var() > 0.04 * typical**2:
            words.append("mean")
        else:
            words.append("width" if np.var(0.5 * logs) > 0.04 else "dead")
    return tuple(words)


def largest_structure_factor(spins):
    flat = spins.reshape(len(spins), -1).astype(float)
    return np.linalg.eigvalsh(flat.T @ flat / len(flat))[-1]


def critical_epsilon(spins, latent_dim):
    beta, largest = spins.shape[1] ** 2 / latent_dim, largest_structure_factor(spins)
    if beta <= largest:
        return math.inf
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if beta * min(1, middle**2) > largest:
            high = middle
        else:
            low = middle
    return high
