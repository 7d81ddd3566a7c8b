"""One mean for all numbers, in PCA and in the middle of the codes.

Loses: check_features, test_pca, test_together, check_codes, test_codes
"""

import numpy as np


def principal_codes(seen, new):
    seen, new = seen.reshape(len(seen), -1), new.reshape(len(new), -1)
    mean = seen.mean()
    _, sizes, axes = np.linalg.svd(seen - mean, full_matrices=False)
    return {"codes": (new - mean) @ axes[:2].T, "share": sizes[:2] ** 2 / (sizes**2).sum()}


def radius_correlation(codes, S):
    return np.corrcoef(np.linalg.norm(codes - codes.mean(), axis=1), S)[0, 1]
