"""Measures of how good a model is: nats above the entropy, observables, reweighting.

Logarithms are natural, so that log q is in nats. The models have modules of their own.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np
import torch
from scipy.special import logsumexp

from ai4mat_ising import exact
from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.observables import (
    bootstrap_error,
    correlation,
    energy_per_spin,
    magnetization,
    structure_factor,
)
from ai4mat_ising.seeds import independent_seeds
from ai4mat_ising.threads import torch_threads

# Images that a VAE is asked about at a time, so that memory stays bounded.
IMAGES = 1000
RESAMPLES = 200  # of the bootstrap: errors are good to 5 %


class NatsAboveEntropy(NamedTuple):
    """Result of `nats_above_entropy`. It prints as an `Estimate`, an upper bound after a "<".

    Attributes
    ----------
    value, error : float
        Nats per configuration and their standard error.
    kind : {"exact", "upper bound"}
        Whether `value` rests on log q itself or on a lower bound of it.
    """

    value: float
    error: float
    kind: str

    def __str__(self):
        return ("<" if self.kind == "upper bound" else "") + str(Estimate(self.value, self.error))


def nats_above_entropy(model, spins, T, *, k=1, seed=0):
    """Measure how far a model's mean -log q lies above the entropy, the least that it could be.

    For configurations in equilibrium at T this is the Kullback-Leibler divergence of the model
    from Boltzmann's distribution: 0 for a perfect one. The entropy is Kaufman's. The energies of
    the same configurations serve as a control variate, because their mean is known exactly: the
    better the model, the smaller the error. Introduced in the chapter on generating critical
    configurations.

    Parameters
    ----------
    model : HierarchicalGenerator, VAE or array_like of shape (n,)
        A model with a method ``log_prob(spins)``, one with ``elbo(images)`` and
        ``iwae_bound(images, k)``, or the values of log q in nats themselves.
    spins : ndarray, shape (n, L, L)
        Spins -1/+1 in equilibrium at `T` that the model was not trained on.
    T : float
        Their temperature.
    k : int, default 1
        Codes drawn for each configuration if log q is known by a bound only: 1 takes the ELBO,
        more the importance-weighted bound, which is tighter.
    seed : int, default 0
        For the codes.

    Returns
    -------
    NatsAboveEntropy
        ``.value``, ``.error`` and ``.kind``, which says whether it is an upper bound.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    spins = np.asarray(spins)
    energies = energy_per_spin(spins)
    if spins.ndim != 3 or len(spins) < 3:
        raise ValueError(f"spins must have shape (n, L, L) with n of at least 3, got {spins.shape}")
    L, T = spins.shape[-1], _temperature(T)
    k, seed = checked_integer("k", k, 1), checked_integer("seed", seed, 0)
    log_q, kind = _log_likelihood(model, spins, k, seed)
    # The part of -log q that follows the energy averages to what the exact energy gives.
    design = np.stack([np.ones(len(spins)), energies - exact.energy(T, L)], axis=1)
    fitted, *_ = np.linalg.lstsq(design, -log_q)
    error = np.std(-log_q - design @ fitted, ddof=2) / np.sqrt(len(spins))
    return NatsAboveEntropy(float(fitted[0] - L**2 * exact.entropy(T, L)), float(error), kind)


def _log_likelihood(model, spins, k, seed):
    """Return log q of each configuration or a lower bound of it, and which of the two."""
    if hasattr(model, "log_prob"):
        return _checked_log_q(model.log_prob(spins), len(spins)), "exact"
    if hasattr(model, "iwae_bound"):
        return _checked_log_q(_bounds(model, spins, k, seed), len(spins)), "upper bound"
    return _checked_log_q(model, len(spins)), "exact"


def _bounds(model, spins, k, seed):
    device = next(model.parameters()).device
    method = model.elbo if k == 1 else model.iwae_bound
    images = torch.as_tensor(spins > 0)[:, None]
    parts = images.split(IMAGES)
    # Another seed for each part, or they would share the noise.
    seeds = independent_seeds(seed, len(parts))
    with torch_threads(1):
        found = [
            method(part.float().to(device), k, seed=part_seed).cpu()
            for part, part_seed in zip(parts, seeds)
        ]
    return torch.cat(found).numpy()


def _checked_log_q(log_q, n):
    try:
        values = np.asarray(log_q, dtype=float)
    except (TypeError, ValueError):
        values = np.full(0, np.nan)
    if values.shape != (n,) or not np.isfinite(values).all():
        got = f"shape {values.shape}" if values.size else type(log_q).__name__
        raise ValueError(
            "model must have a method log_prob or iwae_bound, or be the finite values "
            f"of log q, shape ({n},); got {got}"
        )
    return values


class Estimate(NamedTuple):
    """A mean over configurations, or another statistic of them, and its standard error.

    It prints with the error in units of the last digit: 0.713(2) is 0.713 +- 0.002.
    """

    value: float
    error: float

    def __str__(self):
        if not 1e-9 * abs(self.value) < self.error < np.inf:  # zero up to rounding, or unknown
            return f"{self.value:g}"
        digits = max(0, int(np.ceil(-np.log10(self.error))))
        return f"{self.value:.{digits}f}({self.error * 10**digits:.0f})"


def measure(spins, T):
    """Measure what generated configurations and exact ones are compared by, with errors.

    Introduced in the chapter on generating critical configurations.

    Parameters
    ----------
    spins : ndarray, shape (n, L, L)
        Independent configurations, n of at least 2, L of at least 4.
    T : float
        Their temperature, which makes a heat capacity of the variance of the energy.

    Returns
    -------
    dict of str to Estimate
        Energy ``"E/N"`` and heat capacity ``"C/N"`` per spin, ``"|m|"``, Binder's cumulant
        ``"U4"``, the correlations ``"g(1)"``, ``"g(2)"`` and ``"g(L/2)"`` along the axes, and the
        structure factor at the two smallest wave numbers, ``"S(1,0)"`` and ``"S(1,1)"`` in units
        of 2 pi / L, averaged over directions.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    spins, T = np.asarray(spins), _temperature(T)
    if spins.ndim != 3 or len(spins) < 2 or spins.shape[-1] < 4:
        raise ValueError(
            "spins must have shape (n, L, L) with n of at least 2 and L of at least "
            f"4, got {spins.shape}"
        )
    # In parts, because a Fourier transform takes much more memory than the spins.
    parts = np.array_split(spins, -(-len(spins) // IMAGES))
    e, m, g, S = map(np.concatenate, zip(*map(_per_configuration, parts)))
    N = spins[0].size
    statistics = {
        "E/N": (e, np.mean),
        "C/N": (e, lambda e, axis=-1: N * e.var(axis=axis) / T**2),
        "|m|": (np.abs(m), np.mean),
        "U4": (m**2, lambda m2, axis=-1: 1 - (m2**2).mean(axis) / (3 * m2.mean(axis) ** 2)),
        "g(1)": (g[:, 1], np.mean),
        "g(2)": (g[:, 2], np.mean),
        "g(L/2)": (g[:, -1], np.mean),
        "S(1,0)": (S[:, 0], np.mean),
        "S(1,1)": (S[:, 1], np.mean),
    }
    return {
        name: Estimate(
            float(statistic(values)), bootstrap_error(values, statistic, resamples=RESAMPLES)
        )
        for name, (values, statistic) in statistics.items()
    }


def _per_configuration(spins):
    """Return energy, m, g(r) and the structure factor at the two smallest k of each one."""
    S = structure_factor(spins)
    smallest = [(S[:, 0, 1] + S[:, 1, 0]) / 2, (S[:, 1, 1] + S[:, 1, -1]) / 2]
    return energy_per_spin(spins), magnetization(spins), correlation(spins), np.transpose(smallest)


class Reweighting(NamedTuple):
    """Result of `reweight`.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        Weights of the samples, their sum is 1: ``weights @ energies`` estimates <E> without bias
        from the model, up to order 1/n.
    ess : float
        Effective sample size per sample, between 1/n and 1: the share of independent equilibrium
        samples that the weighted ones are worth. It cannot see modes that the model never draws:
        a model that has lost half of the configurations can have 1 here.
    """

    weights: np.ndarray
    ess: float


def reweight(log_q, energies, T):
    """Return importance weights that turn samples of a model into samples of Boltzmann's law.

    Introduced in the chapter on generating critical configurations.

    Parameters
    ----------
    log_q : array_like, shape (n,)
        Logarithm of the model's probability of each of its samples, in nats.
    energies : array_like, shape (n,)
        Energy of each whole configuration, L^2 times that per spin, in units of J.
    T : float
        Temperature of the distribution wanted.

    Returns
    -------
    Reweighting
        ``.weights``, proportional to exp(-E/T) / q, and ``.ess``.

    Raises
    ------
    ValueError
        If the shapes differ, a value is not finite or `T` is not positive.
    """
    log_q, energies = np.asarray(log_q, dtype=float), np.asarray(energies, dtype=float)
    if log_q.ndim != 1 or log_q.shape != energies.shape or not len(log_q):
        raise ValueError(
            "log_q and energies must have the same shape (n,), "
            f"got {log_q.shape} and {energies.shape}"
        )
    log_weights = -energies / _temperature(T) - log_q
    if not np.isfinite(log_weights).all():
        raise ValueError("log_q and energies must be finite, got NaN or infinity among them")
    weights = np.exp(log_weights - logsumexp(log_weights))
    return Reweighting(weights, float(1 / (weights**2).sum() / len(weights)))


def _temperature(T):
    if not isinstance(T, Real) or not 0 < T < np.inf:
        raise ValueError(f"T must be a positive temperature, got {T!r}")
    return float(T)
