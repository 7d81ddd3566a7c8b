"""Singular vectors of the values as they are.

Loses: check_features, test_pca, test_together
"""

import numpy as np


def principal_codes(seen, new):
    seen, new = seen.reshape(len(seen), -1), new.reshape(len(new), -1)
    _, sizes, axes = np.linalg.svd(seen, full_matrices=False)
    return {"codes": new @ axes[:2].T, "share": sizes[:2] ** 2 / (sizes**2).sum()}
