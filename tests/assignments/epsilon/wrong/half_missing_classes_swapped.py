"""Two slips: no factor 1/2 in the divergence; the probability of a 0 taken for that of a 1.

Loses: check_terms, test_kl, test_cross_entropy
"""

import numpy as np


def kl_divergence(mean, log_variance):
    return (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)


def cross_entropy(logits, images):
    h = logits.astype(float)
    return (np.logaddexp(0, h) - (1 - images) * h).sum(axis=(1, 2, 3))
