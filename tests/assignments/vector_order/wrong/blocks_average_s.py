"""The mean of S of the rods in a block; S of one rod is 1.

Loses: check_blocks, test_blocks
"""

import numpy as np


def block_order(angles, block):
    single = np.abs(np.exp(2j * angles))
    n, L, _ = angles.shape
    return single.reshape(n, L // block, block, L // block, block).mean(axis=(2, 4))
