"""The bound counts the divergence of the loss, as if codes were drawn with epsilon = 1.

Loses: check_losses, test_bound, check_network, test_measure
"""

import numpy as np
import torch


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    return reconstruction + 0.5 * (mean**2 + np.exp(log_variance) - 1 - log_variance).sum(axis=1)


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        codes = model.encode(x).numpy()
    m = images.mean(axis=(1, 2, 3))
    r = [np.corrcoef(code, m)[0, 1] if np.ptp(code) > 0 else 0.0 for code in codes.T]
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": (reconstruction + kl).mean().item(),
        "correlation": np.abs(r).max(),
    }
