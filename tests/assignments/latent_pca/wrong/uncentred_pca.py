"""The singular vectors of the codes themselves: the mean is not subtracted.

Loses: check_pca, test_pca
"""

import numpy as np


def fit_pca(z):
    _, s, rows = np.linalg.svd(z, full_matrices=False)
    return {
        "mean": z.mean(axis=0),
        "components": rows,
        "spread": s / np.sqrt(len(z)),
        "ratios": s**2 / (s**2).sum(),
    }
