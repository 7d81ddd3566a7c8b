"""Trained with the noise 1 at a price as low as epsilon wants it; the noise is set afterwards.

Loses: test_training
"""


def train_vae(images, latent_dim, beta, epsilon, seed):
    model = minimise(images, latent_dim, beta * min(1, epsilon**2), 1.0, seed)
    model.beta, model.epsilon = beta, epsilon
    return model
