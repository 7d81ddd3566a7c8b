"""The numbers are right, but the arrays of the caller hold others afterwards.

Loses: check_terms, check_losses
"""

import numpy as np


def kl_divergence(mean, log_variance):
    mean **= 2
    mean += np.exp(log_variance) - 1 - log_variance
    return mean.sum(axis=1) / 2


def cross_entropy(logits, images):
    logits *= 1 - 2 * images
    return np.logaddexp(0, logits.astype(float)).sum(axis=(1, 2, 3))


def mean_loss(reconstruction, kl, size, latent_dim):
    reconstruction /= size**2
    reconstruction += kl / latent_dim
    return reconstruction.mean()


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    log_variance += 2 * np.log(epsilon)
    return reconstruction + (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2
