"""The mean over the latents where the sum was asked for, in KL and bound.

Loses: check_losses, test_losses
"""

import numpy as np


def losses(images, p, mean, log_variance):
    reconstruction = -(images * np.log(p) + (1 - images) * np.log(1 - p)).mean()
    kl = 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).mean()
    spins = images[0].size
    return {
        "reconstruction": reconstruction,
        "kl": kl,
        "bound": reconstruction + kl / spins,
        "notebook": reconstruction + kl,
        "beta": spins / mean.shape[1],
    }
