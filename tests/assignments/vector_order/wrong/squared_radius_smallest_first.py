"""Two slips: the square of the distance; the second component before the first.

Loses: check_features, test_pca, check_codes, test_codes
"""

import numpy as np


def principal_codes(seen, new):
    seen, new = seen.reshape(len(seen), -1), new.reshape(len(new), -1)
    mean = seen.mean(axis=0)
    variances, axes = np.linalg.eigh(np.cov(seen.T))
    return {"codes": (new - mean) @ axes[:, -2:], "share": variances[-2:] / variances.sum()}


def radius_correlation(codes, S):
    return np.corrcoef(((codes - codes.mean(axis=0)) ** 2).sum(axis=1), S)[0, 1]
