"""The copies have rows and columns exchanged.

Loses: test_reconstruction
"""

import numpy as np


def decode(model, z):
    mean, component = model
    flat = np.clip(mean + np.outer(z, component), 0, 1)
    return flat.reshape(-1, 1, 16, 16).transpose(0, 1, 3, 2)
