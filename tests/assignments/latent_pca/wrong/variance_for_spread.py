"""Variances along the components where standard deviations were asked for.

Loses: check_pca, test_pca
"""

from sklearn.decomposition import PCA


def fit_pca(z):
    pca = PCA().fit(z)
    return {
        "mean": pca.mean_,
        "components": pca.components_,
        "spread": pca.explained_variance_,
        "ratios": pca.explained_variance_ratio_,
    }
