"""Drawing configurations from models and judging them: in nats above the entropy, by reweighting.

The models themselves live elsewhere: autoencoders in `models`, the hierarchical generator in
`hierarchical` (it can be imported from here too). Logarithms are natural, so that log q is in nats.
"""

from numbers import Real
from typing import NamedTuple

import numpy as np
import torch
from scipy.ndimage import gaussian_filter1d
from scipy.special import gammaln, logsumexp
from scipy.stats import norm

from ai4mat_ising import exact
from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.hierarchical import HierarchicalGenerator
from ai4mat_ising.observables import (
    bootstrap_error,
    checked_spins,
    correlation,
    energy_per_spin,
    magnetization,
    structure_factor,
)
from ai4mat_ising.seeds import independent_seeds

__all__ = [
    "Estimate",
    "ExchangeableModel",
    "HierarchicalGenerator",
    "NatsAboveEntropy",
    "Reweighting",
    "draw",
    "latent_grid",
    "measure",
    "nats_above_entropy",
    "quantile_grid",
    "reweight",
]

# Images that a VAE is asked about at a time, so that memory stays bounded.
IMAGES = 1000
RESAMPLES = 200  # of the bootstrap: errors are good to 5 %

# --- configurations from probabilities, and codes to decode -----------------------------------


def draw(probabilities, seed=0):
    """Draw each spin on its own from its probability of being up.

    Parameters
    ----------
    probabilities : array_like or torch.Tensor, shape (..., L, L) or (n, 1, L, L)
        Between 0 and 1, such as the images that a decoder returns.
    seed : int, default 0

    Returns
    -------
    ndarray of int8, shape (..., L, L)
        Spins -1/+1; images (n, 1, L, L) lose their second axis.

    Raises
    ------
    ValueError
        If `probabilities` has another shape or a value outside of [0, 1].
    """
    if torch.is_tensor(probabilities):
        probabilities = probabilities.detach().cpu()
    p = np.asarray(probabilities, dtype=float)
    if p.ndim < 2 or p.shape[-1] != p.shape[-2]:
        raise ValueError(f"probabilities must have shape (..., L, L), got {p.shape}")
    wrong = p[~((p >= 0) & (p <= 1))]  # NaN among them
    if wrong.size:
        raise ValueError(f"probabilities must lie between 0 and 1, got {wrong[0]}")
    if p.ndim == 4 and p.shape[1] == 1:
        p = p[:, 0]
    # Not the seed itself: the caller may have drawn the codes from it.
    up = np.random.default_rng(*independent_seeds(seed, 1)).random(p.shape) < p
    return np.where(up, 1, -1).astype(np.int8)


def latent_grid(n, low=-5.0, high=5.0):
    """Codes on a square grid with equal steps, in reading order: z1 rises to the right, z2 upwards.

    Introduced in the chapter on notebook 20.

    Parameters
    ----------
    n : int
        Codes along each side, at least 2.
    low, high : float, default -5 and 5
        Ends of both axes.

    Returns
    -------
    ndarray of float32, shape (n * n, 2)
        The first n codes are the top row of the picture.

    Raises
    ------
    ValueError
        If `n` is below 2 or `low` not below `high`.
    """
    _check_ends(low, high, -np.inf, np.inf)
    return _grid(np.linspace(low, high, checked_integer("n", n, 2)))


def quantile_grid(n, low=0.01, high=0.99):
    """Codes at equal steps of the prior's cumulative probability, in reading order.

    The inverse of the normal distribution function puts as much of the prior N(0, 1) between any
    two neighbours on an axis. Introduced in the chapter on notebook 20.

    Parameters
    ----------
    n : int
        Codes along each side, at least 2.
    low, high : float, default 0.01 and 0.99
        Probabilities at the ends of both axes.

    Returns
    -------
    ndarray of float32, shape (n * n, 2)
        Ordered as those of `latent_grid`.

    Raises
    ------
    ValueError
        If `n` is below 2 or not ``0 < low < high < 1``.
    """
    _check_ends(low, high, 0, 1)
    return _grid(norm.ppf(np.linspace(low, high, checked_integer("n", n, 2))))


def _grid(axis):
    return np.dstack(np.meshgrid(axis, axis[::-1])).reshape(-1, 2).astype(np.float32)


def _check_ends(low, high, least, most):
    if not least < low < high < most:
        raise ValueError(
            f"low and high must satisfy {least} < low < high < {most}, got {low!r} and {high!r}"
        )


# --- the best that a magnetization alone can do -----------------------------------------------


class ExchangeableModel:
    """A model that knows the distribution of the magnetization, and nothing about where spins are.

    It draws how many spins are up as often as in the data, and then puts them anywhere: all
    configurations with one magnetization are equally likely. No model whose spins are drawn on
    their own, given the magnetization as its only latent variable, can do better. Introduced in
    the chapter on generating critical configurations.

    Parameters
    ----------
    size : int
        Side length L of the lattice, at least 2.

    Raises
    ------
    ValueError
        If `size` is not as described.
    """

    def __init__(self, size):
        self.size = checked_integer("size", size, 2)
        self._log_share = None

    def fit(self, spins):
        """Take the distribution of the number of spins that are up from data.

        It is made even, because a configuration and its negative are equally likely, and smooth.

        Parameters
        ----------
        spins : ndarray, shape (n, L, L)
            Spins -1/+1.

        Returns
        -------
        ExchangeableModel
            Itself.

        Raises
        ------
        ValueError
            If `spins` is not as described.
        """
        sites = self.size**2
        counts = np.bincount(self._ups(spins), minlength=sites + 1).astype(float)
        # The width leaves the shape at Tc alone and is many times the spacing of the data.
        smooth = gaussian_filter1d(counts + counts[::-1], max(1, sites / 200), mode="reflect")
        smooth += 1 / sites  # what the data lack is rare, but not impossible
        self._log_share = np.log(smooth / smooth.sum())
        return self

    def sample(self, n, seed=0):
        """Draw independent configurations, spins -1/+1, int8 (n, L, L).

        Raises RuntimeError before `fit`, ValueError if an argument is no integer of at least 0.
        """
        rng = np.random.default_rng(*independent_seeds(seed, 1))
        shares = np.exp(self._log_shares())
        ups = rng.choice(len(shares), size=checked_integer("n", n, 0), p=shares / shares.sum())
        spins = np.where(np.arange(self.size**2) < ups[:, None], 1, -1).astype(np.int8)
        return rng.permuted(spins, axis=1).reshape(-1, self.size, self.size)

    def log_prob(self, spins):
        """Logarithm of the probability of configurations (n, L, L), in nats, float64 (n,).

        Raises RuntimeError before `fit`, ValueError if `spins` is not as described.
        """
        sites, ups = self.size**2, self._ups(spins)
        ways = gammaln(sites + 1) - gammaln(ups + 1) - gammaln(sites - ups + 1)
        return self._log_shares()[ups] - ways

    def _log_shares(self):
        if self._log_share is None:
            raise RuntimeError("the model must be trained first: call fit(spins)")
        return self._log_share

    def _ups(self, spins):
        return (checked_spins(spins, self.size) > 0).sum(axis=(1, 2))


# --- how good is a model? ---------------------------------------------------------------------


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
    """How many nats a model's -log q lies above the entropy, the least that any model can reach.

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
    """log q of each configuration, or a lower bound of it, and which of the two."""
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
    found = [
        method(part.float().to(device), k, seed=part_seed).cpu()
        for part, part_seed in zip(parts, independent_seeds(seed, len(parts)))
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
        if not 1e-9 * abs(self.value) < self.error < np.inf:  # none, but for rounding
            return f"{self.value:g}"
        digits = max(0, int(np.ceil(-np.log10(self.error))))
        return f"{self.value:.{digits}f}({self.error * 10**digits:.0f})"


def measure(spins, T):
    """What one compares of generated configurations with the exact ones, with bootstrap errors.

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
    """Energy, m, g(r) and the structure factor at the two smallest k, for each configuration."""
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
        samples that the weighted ones are worth.
    """

    weights: np.ndarray
    ess: float


def reweight(log_q, energies, T):
    """Importance weights that turn samples of a model into samples of Boltzmann's distribution.

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
        raise ValueError("log_q and energies must be finite, got NaN or infinity")
    weights = np.exp(log_weights - logsumexp(log_weights))
    return Reweighting(weights, float(1 / (weights**2).sum() / len(weights)))


def _temperature(T):
    if not isinstance(T, Real) or not 0 < T < np.inf:
        raise ValueError(f"T must be a positive temperature, got {T!r}")
    return float(T)
