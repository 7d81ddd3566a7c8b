"""The decoder stretches each batch of images to the range from 0 to 1.

Loses: check_autoencoder, test_autoencoder
"""


def decode(model, z):
    mean, components = model
    flat = mean + z @ components.T
    flat = (flat - flat.min()) / (flat.max() - flat.min())
    return flat.reshape(-1, 1, 16, 16)
