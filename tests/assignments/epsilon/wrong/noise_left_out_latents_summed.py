"""Two slips: reconstructs from the means, without noise; the notebook's loss sums over latents.

Loses: check_losses, test_price, test_measure
"""

import numpy as np
import torch


def mean_loss(reconstruction, kl, size, latent_dim):
    return np.mean(reconstruction) / size**2 + np.mean(kl)


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        _, kl = model.terms(x)
        codes = model.encode(x)
        costs = torch.nn.functional.binary_cross_entropy_with_logits(
            model.logits(codes), x, reduction="none"
        )
    m = images.mean(axis=(1, 2, 3))
    r = [np.corrcoef(code, m)[0, 1] if np.ptp(code) > 0 else 0.0 for code in codes.numpy().T]
    return {
        "reconstruction": costs.sum((1, 2, 3)).mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": -model.elbo(x).mean().item(),
        "correlation": np.abs(r).max(),
    }
