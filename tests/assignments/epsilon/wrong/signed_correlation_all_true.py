"""Two slips: the correlation keeps its sign; every statement is true.

Loses: test_measure, test_statements
"""

import numpy as np
import torch


def measure(model, images):
    x = torch.from_numpy(images)
    with torch.no_grad():
        reconstruction, kl = model.terms(x)
        codes = model.encode(x).numpy()
    m = images.mean(axis=(1, 2, 3))
    r = [np.corrcoef(code, m)[0, 1] if code.std() > 0 else 0.0 for code in codes.T]
    return {
        "reconstruction": reconstruction.mean().item(),
        "kl": kl.mean().item(),
        "negative_elbo": -model.elbo(x).mean().item(),
        "correlation": max(r),
    }


def statements():
    return dict.fromkeys("abcdef", True)
