"""Boltzmann weights at T, as if nothing had been drawn at T0.

Loses: check_averages, test_reweight
"""

import numpy as np


def reweight(energy, T0, T):
    weights = np.exp(-(energy - energy.min()) / T)
    return weights / weights.sum()
