"""Two slips: the median of the codes for their mean; each code divided by its standard deviation.

Loses: check_features, test_pca, check_codes, test_codes
"""

import numpy as np
from sklearn.decomposition import PCA


def principal_codes(seen, new):
    pca = PCA(2, svd_solver="full", whiten=True).fit(seen.reshape(len(seen), -1))
    codes = pca.transform(new.reshape(len(new), -1))
    return {"codes": codes, "share": pca.explained_variance_ratio_}


def radius_correlation(codes, S):
    return np.corrcoef(np.linalg.norm(codes - np.median(codes, axis=0), axis=1), S)[0, 1]
