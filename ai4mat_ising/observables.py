"""Observables of spin configurations; exact values live in `exact`, sampling in `sampling`.

Everywhere ``spins`` is an array of -1/+1 with shape (..., L, L): the last two axes are the
lattice, with periodic boundaries, and any axes before them count configurations. Units are
J = k_B = 1. Introduced in the chapter on the Ising model. ``angles`` of the chapter on vector
order parameters have the same axes.
"""

import numpy as np

from ai4mat_ising.arguments import checked_integer


def energy_per_spin(spins):
    """Return the energy per spin, -1/N times the sum of s_i s_j over nearest-neighbour bonds.

    Parameters
    ----------
    spins : array_like, shape (..., L, L)
        Spins -1/+1 on a periodic square lattice.

    Returns
    -------
    ndarray, shape (...)
        Energies between -2 (all aligned) and 2, in units of J.

    Raises
    ------
    ValueError
        If `spins` is not an array of -1/+1 whose last two axes have the same length.
    """
    spins = _checked(spins)
    right = np.roll(spins, -1, axis=-1)
    down = np.roll(spins, -1, axis=-2)
    return -(spins * (right + down)).mean(axis=(-2, -1), dtype=float)


def magnetization(spins):
    """Return the magnetization per spin m = 1/N sum of s_i, signed, between -1 and 1.

    Parameters
    ----------
    spins : array_like, shape (..., L, L)
        Spins -1/+1.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If `spins` is not an array of -1/+1 whose last two axes have the same length.
    """
    return _checked(spins).mean(axis=(-2, -1), dtype=float)


def correlation(spins):
    """Return the spin correlation g(r) = <s_i s_{i+r}> along the axes, by Fourier transform.

    Each configuration gives one curve, averaged over all sites i and over the two axis
    directions; average the curves over configurations for the ensemble's g(r). The mean is not
    subtracted, so g(0) = 1, g(1) = -E/2N, and g stays finite at long range in the ordered phase.

    Parameters
    ----------
    spins : array_like, shape (..., L, L)
        Spins -1/+1 on a periodic square lattice.

    Returns
    -------
    ndarray, shape (..., L // 2 + 1)
        g(r) for r = 0 ... L // 2, half the period.

    Raises
    ------
    ValueError
        If `spins` is not an array of -1/+1 whose last two axes have the same length.
    """
    power = structure_factor(spins)
    size = power.shape[-1]
    # Wiener-Khinchin: the correlation map is the transform of |s_k|^2.
    g = np.fft.ifft2(power).real
    along_axes = (g[..., 0, :] + g[..., :, 0]) / 2
    return along_axes[..., : size // 2 + 1]


def structure_factor(spins):
    """Return the structure factor ``S(k) = |sum_i s_i exp(-i k r_i)|^2 / N`` of each one.

    Parameters
    ----------
    spins : array_like, shape (..., L, L)
        Spins -1/+1 on a periodic square lattice.

    Returns
    -------
    ndarray, shape (..., L, L)
        S at k = 2 pi (a, b) / L, with a and b in the order of `numpy.fft.fftfreq`;
        S at k = 0 is N m^2 and the mean over all k is 1.

    Raises
    ------
    ValueError
        If `spins` is not an array of -1/+1 whose last two axes have the same length.
    """
    spins = _checked(spins)
    return np.abs(np.fft.fft2(spins)) ** 2 / spins.shape[-1] ** 2


def binder_cumulant(spins):
    """Return Binder's cumulant U4 = 1 - <m^4> / (3 <m^2>^2) of an ensemble.

    2/3 when every configuration is ordered, 0 (up to 1/N) when m is Gaussian around zero.

    Parameters
    ----------
    spins : array_like, shape (..., L, L)
        Configurations drawn at one temperature; the average runs over all leading axes.

    Returns
    -------
    float
        NaN if every configuration has m = 0.

    Raises
    ------
    ValueError
        If `spins` is not an array of -1/+1 whose last two axes have the same length.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).
    """
    m_squared = magnetization(spins) ** 2
    second, fourth = m_squared.mean(), (m_squared**2).mean()
    return float(1 - fourth / (3 * second**2)) if second > 0 else float("nan")


def autocorrelation_time(series):
    """Estimate the integrated autocorrelation time, 1/2 plus the sum over lags, in steps.

    The sum is cut where the lag exceeds 6 times the result (Sokal's automatic windowing), and 2
    of these times lie between samples that are worth an independent one.

    Parameters
    ----------
    series : array_like, shape (n,) or (chains, n)
        An observable, such as the energy, at successive steps of a Markov chain in equilibrium,
        or of several independent ones at the same temperature.

    Returns
    -------
    float
        1/2 if successive values are independent; NaN if the series is constant.

    Raises
    ------
    ValueError
        If `series` has another shape, holds a number that is not finite, or is so short that its
        correlations have not decayed long before its end.

    References
    ----------
    A. Sokal, in Functional Integration: Basics and Applications (Plenum, 1997), chapter 3.
    """
    x = np.atleast_2d(np.asarray(series, dtype=float))
    if x.ndim != 2 or x.shape[1] < 2 or not np.isfinite(x).all():
        raise ValueError(
            "series must be finite numbers of shape (n,) or (chains, n) with n of at "
            f"least 2, got shape {np.shape(series)}"
        )
    if np.ptp(x) == 0:
        return float("nan")
    n = x.shape[1]
    power = np.abs(np.fft.rfft(x - x.mean(), 2 * n)) ** 2
    covariance = np.fft.irfft(power)[:, :n].mean(axis=0) / np.arange(n, 0, -1)
    times = np.cumsum(covariance / covariance[0]) - 0.5
    # Anticorrelated series have shorter times, down to 0, but need some lags all the same.
    long_enough = np.flatnonzero(np.arange(n) > 6 * np.maximum(times, 0.5))
    if not long_enough.size or 50 * max(times[long_enough[0]], 0.5) > x.size:
        raise ValueError(
            "series must be long enough to show where its correlations end, "
            f"got {n} steps of {len(x)} chains"
        )
    return float(times[long_enough[0]])


def bootstrap_error(values, statistic=np.mean, *, resamples=1000, seed=0):
    """Estimate the standard error of a statistic of independent values, by the bootstrap.

    Parameters
    ----------
    values : array_like, shape (n,)
        One number per configuration (its energy, say); configurations must be independent.
    statistic : callable, default numpy.mean
        Takes an array and an ``axis`` argument, as NumPy's reductions do.
    resamples : int, default 1000
        How many times the values are drawn anew, with replacement; at least 2.
    seed : int, default 0
        The same seed gives the same error.

    Returns
    -------
    float
        Standard deviation of the statistic over the resamples.

    Raises
    ------
    ValueError
        If `values` is not one-dimensional, holds fewer than two numbers or a number that is not
        finite, or if `resamples` is below 2.

    References
    ----------
    B. Efron, Ann. Statist. 7, 1 (1979).
    """
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(
            f"values must be one-dimensional with at least two numbers, got shape {values.shape}"
        )
    if not np.isfinite(values).all():
        raise ValueError(f"values must be finite, got {values[~np.isfinite(values)][0]}")
    # Not above: it takes ten times as long to import as everything else here.
    from scipy.stats import bootstrap

    result = bootstrap(
        (values,),
        statistic,
        n_resamples=checked_integer("resamples", resamples, 2),
        method="percentile",
        vectorized=True,
        # One batch of all resamples would hold n * resamples numbers at once.
        batch=max(1, 10**7 // len(values)),
        rng=np.random.default_rng(seed),
    )
    return float(result.standard_error)


def orientational_order(angles, p=1):
    """Return the mean over the lattice of exp(i p theta), a complex number.

    With p = 1 its parts are the components of the XY model's magnetization. With p = 2 it is the
    order parameter of planar nematics, which theta and theta + pi share: its magnitude says how
    well the rods are aligned, half its phase is their direction.

    Introduced in the chapter on vector order parameters.

    Parameters
    ----------
    angles : array_like, shape (..., L, L)
        Angles theta in radians.
    p : int, default 1
        How often the order turns while all angles turn once, at least 1.

    Returns
    -------
    ndarray of complex128, shape (...)
        Numbers of magnitude at most 1.

    Raises
    ------
    ValueError
        If `angles` are not finite numbers whose last two axes have the same length, or `p` is not
        a positive integer.
    """
    angles, p = _checked_angles(angles, p)
    return np.exp(1j * p * angles).mean(axis=(-2, -1))


def orientational_energy(angles, p=1):
    """Return the energy per site, -1/N times the sum of cos p (theta_i - theta_j) over bonds.

    With p = 1 that of the XY model, with p = 2 that of the planar nematic.

    Parameters
    ----------
    angles : array_like, shape (..., L, L)
        Angles theta in radians, on a periodic square lattice.
    p : int, default 1
        Symmetry of the coupling, at least 1.

    Returns
    -------
    ndarray, shape (...)
        Energies between -2 (all aligned) and 2, in units of J.

    Raises
    ------
    ValueError
        If `angles` are not finite numbers whose last two axes have the same length, or `p` is not
        a positive integer.
    """
    angles, p = _checked_angles(angles, p)
    right, down = (angles - np.roll(angles, -1, axis=axis) for axis in (-1, -2))
    return -(np.cos(p * right) + np.cos(p * down)).mean(axis=(-2, -1))


def checked_spins(spins, size):
    """Check configurations of one lattice size.

    Parameters
    ----------
    spins : array_like, shape (n, L, L)
        Spins -1/+1, at least one configuration.
    size : int
        Side length L that they must have.

    Returns
    -------
    ndarray of int8, shape (n, L, L)

    Raises
    ------
    ValueError
        If `spins` is not as described.
    """
    spins = _checked(spins)
    if spins.ndim != 3 or spins.shape[1] != size or not len(spins):
        raise ValueError(f"spins must have shape (n, {size}, {size}), got {spins.shape}")
    return spins


def _checked_angles(angles, p):
    """Return `angles` as float64, and p, after checking both."""
    p = checked_integer("p", p, 1)
    angles = _lattices("angles", angles)
    if angles.dtype.kind not in "iuf":
        raise ValueError(f"angles must be real numbers, in radians, got dtype {angles.dtype}")
    if not np.isfinite(angles).all():
        raise ValueError(f"angles must be finite, got {angles[~np.isfinite(angles)][0]}")
    return angles.astype(float, copy=False), p


def _checked(spins):
    """Return `spins` as int8 after checking shape and values."""
    spins = _lattices("spins", spins)
    hint = "an image of 0/1 becomes spins as 2.0 * image - 1"
    # Types that cannot hold -1 are refused even where every value is 1.
    if spins.dtype.kind not in "if":
        raise ValueError(f"spins must be signed numbers -1 or +1, got dtype {spins.dtype}; {hint}")
    allowed = (spins == 1) | (spins == -1)
    if not allowed.all():
        raise ValueError(f"spins must be -1 or +1, got {spins[~allowed][0]}; {hint}")
    return spins.astype(np.int8, copy=False)


def _lattices(name, values):
    """Return `values` as an array after checking its shape."""
    values = np.asarray(values)
    if values.ndim < 2 or values.shape[-1] != values.shape[-2] or values.shape[-1] < 2:
        raise ValueError(
            f"{name} must have shape (..., L, L) with L of at least 2, got {values.shape}"
        )
    return values
