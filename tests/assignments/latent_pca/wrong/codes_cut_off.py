"""Keeps the first numbers of the code itself, not its first components.

Loses: test_truncation
"""

import numpy as np


def truncation_errors(decode, pca, z, images):
    errors = []
    for k in range(z.shape[1] + 1):
        kept = np.where(np.arange(z.shape[1]) < k, z, pca["mean"])
        errors.append(((decode(kept) - images) ** 2).mean())
    return errors
