"""Coordinates measured from the mean of the codes at hand, not from that of the PCA.

Loses: check_pca, test_projection
"""


def project(pca, z, k):
    return (z - z.mean(axis=0)) @ pca["components"][:k].T
