"""m_hat of the codes as it is.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    return 2 * decode(codes).mean(axis=(1, 2, 3)) - 1
