"""The magnetization that a decoder gives to a code: a unit in which codes can be compared."""

import numpy as np
import torch

from ai4mat_ising.threads import torch_threads

# Codes decoded at a time, so that memory stays bounded.
DECODED_AT_ONCE = 1000


@torch.no_grad()
def decoder_magnetization(model, z):
    """Return the mean of 2 x - 1 over the pixels x of the image that each code decodes to.

    The encoder may use any monotonic scale for its codes, and another one after each training.
    The decoder has to say which image a code stands for, so its answer is in units of the data.
    Introduced in the chapter on the critical point.

    Parameters
    ----------
    model : torch.nn.Module
        A model with a method ``decode(z)`` that returns images (B, 1, L, L) in [0, 1], such as
        `ConvAutoencoder` and `VAE`.
    z : array_like, shape (n, latent_dim)
        Codes, as `latent.encode` returns them.

    Returns
    -------
    ndarray of float64, shape (n,)
        Between -1 and 1. The model's training mode is left as it was.

    Raises
    ------
    ValueError
        If `z` is not finite, or does not have the shape (n, latent_dim).
    """
    z = np.asarray(z, dtype=np.float32)
    if z.ndim != 2 or not np.isfinite(z).all():
        raise ValueError(f"z must be finite numbers of shape (n, latent_dim), got shape {z.shape}")
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        with torch_threads(1):
            parts = [
                2 * model.decode(part.to(device)).mean(dim=(1, 2, 3)).cpu() - 1
                for part in torch.tensor(z).split(DECODED_AT_ONCE)
            ]
    finally:
        model.train(was_training)
    return torch.cat(parts).numpy().astype(float)
