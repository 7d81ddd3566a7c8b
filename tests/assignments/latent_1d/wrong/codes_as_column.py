"""The codes have shape (n, 1) instead of (n,).

Loses: check_autoencoder, test_codes, check_reconstruction, test_reconstruction,
test_rule_on_codes, test_relation_on_codes
"""


def encode(model, images):
    mean, component = model
    return ((images.reshape(len(images), -1) - mean) @ component)[:, None]


def decode(model, z):
    import numpy as np

    mean, component = model
    flat = mean + np.outer(np.ravel(z), component)
    return np.clip(flat, 0, 1).reshape(-1, 1, 16, 16)
