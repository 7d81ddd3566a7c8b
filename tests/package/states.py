"""All states of a small lattice and their exact probabilities, for tests of generating models."""

import numpy as np
import pytest

from ai4mat_ising.exact import critical_temperature, log_partition
from ai4mat_ising.hierarchical import HierarchicalGenerator
from ai4mat_ising.observables import energy_per_spin
from ai4mat_ising.sampling import sample_equilibrium

TC = critical_temperature()


def all_configurations(L):
    bits = np.arange(2 ** (L * L))[:, None] >> np.arange(L * L) & 1
    return (2 * bits - 1).astype(np.int8).reshape(-1, L, L)


def numbers_of(spins):
    """Where the configurations stand in `all_configurations`."""
    return (spins.reshape(len(spins), -1) > 0) @ (1 << np.arange(spins[0].size))


def total_energies(spins):
    return spins[0].size * energy_per_spin(spins)


def boltzmann(spins, T):
    """ln p of each configuration, with Kaufman's partition function."""
    L = spins.shape[-1]
    return -total_energies(spins) / T - L**2 * log_partition(T, L)


_fitted = {}


def crude_generator(L, T=TC):
    """Trained so little that it is visibly wrong, and correct log q are no accident."""
    if (L, T) not in _fitted:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("AI4MAT_PROGRESS", "0")
            spins = sample_equilibrium(L, T, 1000, seed=1)
            _fitted[L, T] = HierarchicalGenerator(L).fit(spins, seed=2, iterations=10)
    return _fitted[L, T]
