"""The flipped configuration minus the configuration itself.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    m_hat, turned = (2 * decode(z).mean(axis=(1, 2, 3)) - 1 for z in (codes, flipped))
    return (turned - m_hat) / 2
