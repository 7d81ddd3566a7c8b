"""Right numbers, but spins, images and posteriors of the caller hold others afterwards.

Loses: check_code, check_prediction
"""

import math

import numpy as np

from ai4mat_ising.observables import structure_factor


def find_code(mean, log_variance, epsilon):
    log_variance /= 2
    in_mean = mean.std(axis=0) > 0.2 * epsilon * np.exp(log_variance).mean(axis=0)
    return np.where(in_mean, "mean", np.where(log_variance.std(axis=0) > 0.2, "width", "dead"))


def largest_structure_factor(spins):
    S = structure_factor(spins).mean(axis=0).max()
    spins *= 0
    return S


def critical_epsilon(spins, latent_dim):
    ratio = latent_dim * structure_factor(spins).mean(axis=0).max() / spins[0].size
    spins[spins < 0] = 0
    return math.sqrt(ratio) if ratio < 1 else math.inf
