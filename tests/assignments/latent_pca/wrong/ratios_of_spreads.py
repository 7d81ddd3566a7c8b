"""Shares of the sum of the standard deviations, not of the variances.

Loses: check_pca, test_pca
"""

import numpy as np


def fit_pca(z):
    _, s, rows = np.linalg.svd(z - z.mean(axis=0), full_matrices=False)
    spread = s / np.sqrt(len(z))
    return {
        "mean": z.mean(axis=0),
        "components": rows,
        "spread": spread,
        "ratios": spread / spread.sum(),
    }
