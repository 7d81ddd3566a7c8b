"""Two slips: the logarithm of a probability that is 0 in floating point; L pixels, not L * L.

Loses: check_terms, test_cross_entropy, check_losses, test_price
"""

import numpy as np


def cross_entropy(logits, images):
    p = 1 / (1 + np.exp(-logits))
    return -(images * np.log(p) + (1 - images) * np.log(1 - p)).sum(axis=(1, 2, 3))


def mean_loss(reconstruction, kl, size, latent_dim):
    return np.mean(reconstruction) / size + np.mean(kl) / latent_dim


def effective_beta(size, latent_dim, over_pixels, over_latents):
    return (size if over_pixels == "mean" else 1) / (latent_dim if over_latents == "mean" else 1)
