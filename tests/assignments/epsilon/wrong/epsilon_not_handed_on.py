"""The network is trained with epsilon = 1, whatever was asked for.

Loses: check_network, test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, beta, 1.0, seed)
