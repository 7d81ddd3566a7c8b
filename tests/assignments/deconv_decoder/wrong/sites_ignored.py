"""All sites count, whatever the mask says, and the hybrid pays for black sites twice.

The stamp is turned by half, as if a convolution were a correlation; magnetization alone is m^2.

Loses: check_price, test_log_probability, test_half, check_deconvolution, test_deconvolution,
check_correlations, test_correlations
"""

import numpy as np
import torch
from torch.nn import functional as F


def log_probability(model, spins, sites):
    z, log_weights = grid()
    n = len(spins)
    h = logits(model, z).reshape(len(z), -1).astype(float)
    return mixed(log_weights, h, spins.reshape(n, -1) > 0)


def hybrid_log_probability(model, spins, T):
    return log_probability(model, spins, ~blacks(spins)) - black_nats(spins, T)


def periodic_deconvolution(features, weight):
    around = F.pad(torch.tensor(features), (1, 1, 1, 1), mode="circular")
    turned = torch.tensor(weight).flip(2, 3)
    return F.conv_transpose2d(around, turned, stride=2, padding=3).numpy()


def only_m_correlation(spins):
    return (spins.mean(axis=(1, 2)) ** 2).mean()
