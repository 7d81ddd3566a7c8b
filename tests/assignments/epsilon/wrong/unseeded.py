"""Every training has random numbers of its own; the seed is not used.

Loses: test_training
"""

CALLS = []


def train_vae(images, latent_dim, beta, epsilon, seed):
    CALLS.append(seed)
    return minimise(images, latent_dim, beta, epsilon, len(CALLS))
