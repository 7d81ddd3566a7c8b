"""Configurations drawn from probabilities, and grids of codes to decode; no model lives here."""

import numpy as np
import torch
from scipy.stats import norm

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.seeds import independent_seeds


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
    """Return codes on a square grid, in reading order: z1 rises to the right, z2 upwards.

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
    """Return codes at equal steps of the prior's cumulative probability, in reading order.

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
