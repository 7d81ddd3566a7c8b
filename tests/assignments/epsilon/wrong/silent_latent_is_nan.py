"""The correlation of a latent that is the same for all images is NaN.

Loses: check_network, test_measure
"""

import numpy as np
import torch


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        codes = model.encode(x).numpy()
    m = images.mean(axis=(1, 2, 3))
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": -model.elbo(x).mean().item(),
        "correlation": max(abs(np.corrcoef(code, m)[0, 1]) for code in codes.T),
    }
