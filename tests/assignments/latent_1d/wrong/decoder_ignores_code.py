"""Every code becomes the mean image.

Loses: check_reconstruction, test_reconstruction
"""

import numpy as np


def decode(model, z):
    mean, _ = model
    return np.tile(mean.reshape(1, 1, 16, 16), (len(z), 1, 1, 1))
