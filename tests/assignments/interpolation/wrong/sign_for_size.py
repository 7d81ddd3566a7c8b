"""Takes the largest and the smallest m where |m| is asked for.

Adds the two directions of the covariance instead of averaging them.

Loses: check_path, test_ends, check_draws, test_covariance
"""

import numpy as np


def choose_ends(m, labels, kind):
    ordered, disordered = np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)
    start, end = ordered[m[ordered].argmin()], ordered[m[ordered].argmax()]
    return (start, end) if kind == "branches" else (end, disordered[m[disordered].argmin()])


def neighbour_covariance(spins):
    s = spins - spins.mean(axis=0)
    return (s * (np.roll(s, 1, axis=1) + np.roll(s, 1, axis=2))).mean()
