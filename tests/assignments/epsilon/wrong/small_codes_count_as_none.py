"""A latent whose mean varies by little counts as silent, though a correlation knows no scale.

Loses: test_measure
"""

import numpy as np
import torch


def measure(model, images):
    x = torch.as_tensor(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        codes = model.encode(x).numpy()
        bound = -model.elbo(x).mean().item()
    m = images.mean(axis=(1, 2, 3))
    active = codes.T[codes.std(axis=0) > 0.2]
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": bound,
        "correlation": max((abs(np.corrcoef(c, m)[0, 1]) for c in active), default=0.0),
    }
