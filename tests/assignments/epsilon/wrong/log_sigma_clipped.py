"""Two slips: log-variances taken for ln sigma; probabilities clipped, so that no pixel costs much.

Loses: check_terms, test_kl, test_cross_entropy
"""

import numpy as np


def kl_divergence(mean, log_variance):
    sigma = np.exp(log_variance)
    return (0.5 * (mean**2 + sigma**2 - 1) - np.log(sigma)).sum(axis=1)


def cross_entropy(logits, images):
    p = np.clip(1 / (1 + np.exp(-logits)), 1e-7, 1 - 1e-7)
    return -(images * np.log(p) + (1 - images) * np.log(1 - p)).sum(axis=(1, 2, 3))
