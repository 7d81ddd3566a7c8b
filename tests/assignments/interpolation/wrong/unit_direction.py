"""Walks along a unit vector: from an image to itself that divides by zero.

Believes that enough draws have the right energy.

Loses: test_path, test_statements_draws
"""

import numpy as np
import torch


def code_path(model, start, end, steps):
    with torch.no_grad():
        first, last = model.encode(torch.tensor(np.stack([start, end]))).numpy()
        length = np.linalg.norm(last - first)
        codes = first + np.linspace(0, length, steps)[:, None] * (last - first) / length
        images = model.decode(torch.tensor(codes, dtype=torch.float32)).numpy()
    return {"codes": codes, "images": images}


def statements():
    return dict(a=False, b=False, c=True, d=True, e=True, f=True, g=False, h=True)
