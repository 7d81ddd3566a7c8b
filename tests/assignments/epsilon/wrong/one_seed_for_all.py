"""Every network is trained with the seed 0.

Loses: test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, beta, epsilon, 0)
