"""Every network has one latent, whatever was asked for.

Loses: check_network, test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, 1, beta, epsilon, seed)
