"""Two slips: logits taken for probabilities; the price upside down, d/N.

Loses: check_terms, test_cross_entropy, check_losses, test_price
"""

import numpy as np


def cross_entropy(logits, images):
    return -(images * np.log(logits) + (1 - images) * np.log(1 - logits)).sum(axis=(1, 2, 3))


def effective_beta(size, latent_dim, over_pixels, over_latents):
    weight_of_pixel = size**2 if over_pixels == "mean" else 1
    weight_of_latent = latent_dim if over_latents == "mean" else 1
    return weight_of_latent / weight_of_pixel
