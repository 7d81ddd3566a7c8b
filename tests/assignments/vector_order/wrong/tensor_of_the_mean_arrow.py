"""Products of the mean arrow, which heads make meaningless.

Loses: check_tensor, test_tensor, test_together
"""

import numpy as np


def q_tensor(angles):
    arrow = np.stack([np.cos(angles).mean(axis=(1, 2)), np.sin(angles).mean(axis=(1, 2))], axis=1)
    return arrow[:, :, None] * arrow[:, None, :] - np.eye(2) / 2
