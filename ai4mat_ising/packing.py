"""Eight spins to a byte: configurations are packed into an eighth of their memory, and unpacked.

The bits of a configuration are its spins row by row (1 = up), as `numpy.packbits` orders them, and
each configuration begins a new byte: 200 bytes for 40 x 40 spins.
"""

import numpy as np


def packed_length(L):
    """Return the bytes of a packed configuration of L x L spins."""
    return -(-(L**2) // 8)


def pack_spins(spins):
    """Pack configurations into an eighth of their memory.

    Parameters
    ----------
    spins : ndarray, shape (n, L, L)
        Spins -1/+1.

    Returns
    -------
    ndarray of uint8, shape (n, ceil(L^2 / 8))
    """
    n, L, _ = spins.shape
    return np.packbits(spins.reshape(n, L * L) > 0, axis=1)


def unpack_spins(packed, L):
    """Unpack configurations that `pack_spins` packed.

    Parameters
    ----------
    packed : array_like of uint8, shape (n, ceil(L^2 / 8))
    L : int
        Side of the lattice.

    Returns
    -------
    ndarray of int8, shape (n, L, L)
        Spins -1/+1.

    Raises
    ------
    ValueError
        If `packed` has another shape or type.
    """
    packed = np.asarray(packed)
    if packed.dtype != np.uint8 or packed.shape != (len(packed), packed_length(L)):
        raise ValueError(
            f"packed must be uint8 of shape (n, {packed_length(L)}) for L = {L}, "
            f"got {packed.dtype} of shape {packed.shape}"
        )
    spins = np.unpackbits(packed, axis=1, count=L**2).view(np.int8)
    # In place: a set may be as large as the memory.
    spins *= 2
    spins -= 1
    return spins.reshape(-1, L, L)
