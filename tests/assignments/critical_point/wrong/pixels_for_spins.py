"""Means of pixels in place of spins.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    return (decode(codes) - decode(flipped)).mean(axis=(1, 2, 3)) / 2
