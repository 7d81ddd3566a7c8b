"""Reads one pixel of the image.

Loses: check_readout, test_readout
"""


def odd_readout(codes, flipped, decode):
    images, turned = decode(codes), decode(flipped)
    return images[:, 0, 0, 0] - turned[:, 0, 0, 0]
