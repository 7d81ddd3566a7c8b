"""Takes -z for the code of the flipped configuration.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    m_hat, turned = (2 * decode(z).mean(axis=(1, 2, 3)) - 1 for z in (codes, -codes))
    return (m_hat - turned) / 2
