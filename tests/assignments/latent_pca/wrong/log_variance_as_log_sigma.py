"""Takes the logarithm of the variance for that of the standard deviation.

Loses: test_losses
"""

import numpy as np


def losses(images, p, mean, log_variance):
    reconstruction = -(images * np.log(p) + (1 - images) * np.log(1 - p)).mean()
    sigma = np.exp(log_variance)
    kl = 0.5 * (mean**2 + sigma**2 - 1 - np.log(sigma**2)).sum(axis=1).mean()
    spins, d = images[0].size, mean.shape[1]
    return {
        "reconstruction": reconstruction,
        "kl": kl,
        "bound": reconstruction + kl / spins,
        "notebook": reconstruction + kl / d,
        "beta": spins / d,
    }
