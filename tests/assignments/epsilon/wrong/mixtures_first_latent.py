"""Two slips: only one mean is a mean over everything; the correlation of the first latent only.

Loses: test_price, test_measure
"""

import numpy as np
import torch


def effective_beta(size, latent_dim, over_pixels, over_latents):
    return 1 if over_pixels == "sum" else size**2 / latent_dim


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        code = model.encode(x)[:, 0].numpy()
    r = np.corrcoef(code, images.mean(axis=(1, 2, 3)))[0, 1] if code.std() > 0 else 0.0
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": -model.elbo(x).mean().item(),
        "correlation": abs(r),
    }
