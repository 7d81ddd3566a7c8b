"""Half of the sum: what is left is the bias of the network.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    m_hat, turned = (2 * decode(z).mean(axis=(1, 2, 3)) - 1 for z in (codes, flipped))
    return (m_hat + turned) / 2
