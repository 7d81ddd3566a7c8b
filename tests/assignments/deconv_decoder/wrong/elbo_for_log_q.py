"""The ELBO takes the place of ln q, of which it is a lower bound.

g(0) is that of the gray images, too.

Loses: test_log_probability, check_correlations, test_correlations
"""

import numpy as np
import torch


def log_probability(model, spins, sites):
    up = torch.tensor(spins[:, None] > 0).float()
    with torch.no_grad():
        mean, log_variance = (part.numpy() for part in model.posterior(up))
    rng, total = np.random.default_rng(0), 0
    for _ in range(20):
        z = mean + np.exp(log_variance / 2) * rng.normal(size=mean.shape)
        h = logits(model, z)[:, 0, sites]
        total = total - np.logaddexp(0, -h * spins[:, sites]).sum(axis=1) / 20
    return total - (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1) / 2


def expected_correlation(logits):
    s = np.tanh(logits[:, 0] / 2)
    distances = range(s.shape[1] // 2 + 1)
    return [(s * (np.roll(s, r, 1) + np.roll(s, r, 2)) / 2).mean() for r in distances]
