"""The hybrid takes the probability of all spins from the VAE; every statement is called true.

Loses: check_half, test_half, test_statements
"""

import numpy as np


def hybrid_log_probability(model, spins, T):
    everywhere = np.ones(spins.shape[1:], bool)
    return log_probability(model, spins, everywhere) - black_nats(spins, T)


def statements():
    return dict.fromkeys("abcdef", True)
