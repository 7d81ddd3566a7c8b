"""Nats per spin, and added over the images instead of averaged.

Loses: check_network, test_measure, test_training
"""

import torch


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        codes = torch.cat([model.encode(x).T, x.mean((1, 2, 3))[None]])
    return {
        "reconstruction": (reconstruction / x[0].numel()).mean().item(),
        "kl": kl.sum().item(),
        "negative_elbo": -(model.elbo(x) / x[0].numel()).mean().item(),
        "correlation": codes.corrcoef()[-1, :-1].abs().nan_to_num(0).max().item(),
    }
