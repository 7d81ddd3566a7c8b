"""Two slips: the correlation without its sign; new configurations centred by their own mean.

Loses: check_features, test_pca, check_codes, test_codes
"""

import numpy as np


def principal_codes(seen, new):
    seen, new = seen.reshape(len(seen), -1), new.reshape(len(new), -1)
    mean = seen.mean(axis=0)
    _, sizes, axes = np.linalg.svd(seen - mean, full_matrices=False)
    centre = new.mean(axis=0) if len(new) > 1 else mean
    return {"codes": (new - centre) @ axes[:2].T, "share": sizes[:2] ** 2 / (sizes**2).sum()}


def radius_correlation(codes, S):
    radius = np.linalg.norm(codes - codes.mean(axis=0), axis=1)
    return abs(np.corrcoef(radius, S)[0, 1])
