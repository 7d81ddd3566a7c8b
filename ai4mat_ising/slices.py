"""Consecutive slices, for work that is done a part at a time so that memory stays bounded."""


def slices(start, stop, size):
    """Cut the indices from `start` to before `stop` into slices of `size`; the last may be shorter.

    Returns
    -------
    iterator of slice
    """
    return (slice(first, min(first + size, stop)) for first in range(start, stop, size))
