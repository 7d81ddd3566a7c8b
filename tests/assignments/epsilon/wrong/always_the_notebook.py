"""The network is trained at the notebook's price, whatever was asked for.

Loses: test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, images[0].size / latent_dim, epsilon, seed)
