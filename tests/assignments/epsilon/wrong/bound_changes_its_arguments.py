"""Two slips: the bound shifts the caller's log-variances; a mean over the latents in beta, too.

Loses: check_losses, test_training
"""

import numpy as np


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    log_variance += 2 * np.log(epsilon)
    return reconstruction + (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, beta / latent_dim, epsilon, seed)
