"""The network is trained at the true price, whatever was asked for.

Loses: check_network, test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, 1.0, epsilon, seed)
