"""Slices cover what they cut once, in order, and none is larger than asked."""

import pytest

from ai4mat_ising.slices import slices


@pytest.mark.parametrize("start, stop, size", [(0, 20, 7), (3, 24, 7), (5, 6, 100), (4, 4, 2)])
def test_slices_cover_every_index_once_in_order_and_only_the_last_is_shorter(start, stop, size):
    parts = list(slices(start, stop, size))
    assert [i for part in parts for i in range(100)[part]] == list(range(start, stop))
    assert all(part.stop - part.start == size for part in parts[:-1])
    assert all(0 < part.stop - part.start <= size for part in parts)
