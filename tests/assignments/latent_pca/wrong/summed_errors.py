"""Squared errors summed over the pixels of an image.

Loses: test_truncation
"""


def truncation_errors(decode, pca, z, images):
    errors = []
    for k in range(z.shape[1] + 1):
        kept = pca["components"][:k]
        copies = decode(pca["mean"] + (z - pca["mean"]) @ kept.T @ kept)
        errors.append(((copies - images) ** 2).sum(axis=(1, 2, 3)).mean())
    return errors
