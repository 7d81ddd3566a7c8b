"""Each component is a column, as eigh returns them.

Loses: check_pca, test_pca
"""

import numpy as np


def fit_pca(z):
    values, vectors = np.linalg.eigh(np.cov(z, rowvar=False))
    values, vectors = values[::-1].clip(0), vectors[:, ::-1]
    return {
        "mean": z.mean(axis=0),
        "components": vectors,
        "spread": np.sqrt(values),
        "ratios": values / values.sum(),
    }
