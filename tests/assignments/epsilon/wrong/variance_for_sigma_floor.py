"""Two slips: exp(log_variance) for sigma where codes are drawn; N // d for N / d.

Loses: test_measure, test_prediction
"""

import math

import numpy as np
import torch

from ai4mat_ising.models import kl_to_standard_normal
from ai4mat_ising.observables import structure_factor


@torch.no_grad()
def measure(model, images):
    x = torch.tensor(images)
    mean, log_variance = model.posterior(x)
    z = torch.normal(mean, model.epsilon * log_variance.exp())
    logits = model.logits(z)
    costs = torch.nn.functional.softplus(torch.where(x > 0.5, -logits, logits)).sum((1, 2, 3))
    widened = log_variance + 2 * math.log(model.epsilon)
    m = images.mean(axis=(1, 2, 3)) * 2 - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = [np.corrcoef(code, m)[0, 1] for code in mean.numpy().T]
    return {
        "reconstruction": costs.mean().item(),
        "kl": kl_to_standard_normal(mean, log_variance).mean().item(),
        "negative_elbo": (costs + kl_to_standard_normal(mean, widened)).mean().item(),
        "correlation": np.max(np.abs(np.nan_to_num(correlations))),
    }


def critical_epsilon(spins, latent_dim):
    S = structure_factor(spins).mean(axis=0).max()
    beta = spins[0].size // latent_dim
    return math.sqrt(S / beta) if beta > S else math.inf
