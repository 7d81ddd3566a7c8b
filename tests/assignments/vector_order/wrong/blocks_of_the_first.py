"""Every configuration gets the blocks of the first.

Loses: test_blocks
"""

import numpy as np


def block_order(angles, block):
    m = angles.shape[1] // block
    z = np.exp(2j * angles[0]).reshape(m, block, m, block).mean(axis=(1, 3))
    return np.repeat(np.abs(z)[None], len(angles), axis=0)
