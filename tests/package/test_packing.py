"""Packed configurations come back as they were, in an eighth of the memory; what is no packed
configuration is refused."""

import tracemalloc

import numpy as np
import pytest

from ai4mat_ising.packing import pack_spins, packed_length, unpack_spins


def random_spins(n, L):
    return np.random.default_rng(L).choice(np.array([-1, 1], dtype=np.int8), (n, L, L))


@pytest.mark.parametrize("L", [3, 4, 5, 8, 15, 16, 40])
def test_configurations_come_back(L):
    spins = random_spins(20, L)
    packed = pack_spins(spins)
    assert packed.dtype == np.uint8 and packed.shape == (20, packed_length(L))
    unpacked = unpack_spins(packed, L)
    assert unpacked.dtype == np.int8
    np.testing.assert_array_equal(unpacked, spins)


def test_bits_follow_the_rows_and_each_configuration_begins_a_byte():
    spins = -np.ones((2, 3, 3))
    spins[0, 0, 0] = spins[0, 2, 2] = spins[1, 0, 1] = 1
    assert pack_spins(spins).tolist() == [[0b10000000, 0b10000000], [0b01000000, 0]]


def test_forty_by_forty_spins_take_200_bytes():
    assert packed_length(40) == 200


def test_none_are_none():
    assert unpack_spins(np.empty((0, 4), dtype=np.uint8), 5).shape == (0, 5, 5)


def test_a_list_of_bytes_is_no_array_of_bytes():
    packed = pack_spins(random_spins(3, 4))
    np.testing.assert_array_equal(unpack_spins(list(packed), 4), random_spins(3, 4))
    with pytest.raises(ValueError, match="packed must be uint8 .*, got int64"):
        unpack_spins(packed.astype(np.int64), 4)


@pytest.mark.parametrize("shape", [(3, 1), (3, 3), (2,), (3, 2, 1)])
def test_a_wrong_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"shape \(n, 2\) for L = 4, got uint8 of shape"):
        unpack_spins(np.zeros(shape, dtype=np.uint8), 4)


def test_unpacking_takes_no_more_memory_than_the_spins():
    packed = np.zeros((20_000, packed_length(40)), dtype=np.uint8)
    tracemalloc.start()
    spins = unpack_spins(packed, 40)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.01 * spins.nbytes
