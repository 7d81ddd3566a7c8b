"""The mean runs over the codes, too, and every code gets the same.

Loses: check_readout, test_readout
"""

import numpy as np


def odd_readout(codes, flipped, decode):
    return np.full(len(codes), np.mean(decode(codes)) - np.mean(decode(flipped)))
