"""Finite-size scaling of samples of an order parameter: cumulants, crossings, data collapse.

Observables of spins live in `observables`; here samples of any order parameter come in, be it a
magnetization or a latent coordinate. Introduced in the chapter on the critical point.
"""

from typing import NamedTuple

import numpy as np

from ai4mat_ising.arguments import checked_integer


def cumulant(y):
    """Return Binder's cumulant U = 1 - <y^4> / (3 <y^2>^2) of samples of an order parameter.

    2/3 where ``|y|`` is a constant, 0 where y is Gaussian around zero. A factor in y drops out.
    Introduced in the chapter on the critical point.

    Parameters
    ----------
    y : array_like, shape (..., n)
        Independent samples along the last axis. They are taken as they are: an order parameter
        whose two signs are equally likely has the mean zero, and a shifted one has to be centred.

    Returns
    -------
    ndarray, shape (...)
        NaN where all samples are 0.

    Raises
    ------
    ValueError
        If `y` is not finite, or has no samples.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).
    """
    squares = _checked_samples(y) ** 2
    with np.errstate(invalid="ignore"):
        return 1 - (squares**2).mean(axis=-1) / (3 * squares.mean(axis=-1) ** 2)


def susceptibility(y, size, temperature):
    """Return the susceptibility ``N (<y^2> - <|y|>^2) / T`` of samples of an order parameter.

    With ``|y|`` in place of y it has a maximum near the critical temperature on a finite lattice.
    Introduced in the chapter on the critical point.

    Parameters
    ----------
    y : array_like, shape (..., n)
        Independent samples per spin along the last axis.
    size : int
        Side length L; N is its square.
    temperature : float or array_like, shape (...)
        In units of J / k_B, positive.

    Returns
    -------
    ndarray, shape (...)
        In units of 1 / J, if y is a magnetization.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    y, size = _checked_samples(y), checked_integer("size", size, 1)
    T = _checked_temperatures("temperature", temperature)
    return size**2 * ((y**2).mean(axis=-1) - np.abs(y).mean(axis=-1) ** 2) / T


def bootstrap(statistic, samples, resamples=50, seed=0):
    """Evaluate a statistic on bootstrap resamples of the configurations.

    Configurations are drawn anew, with replacement, within each temperature of each lattice. The
    same seed draws the same ones, so that two order parameters of the same configurations can be
    compared resample by resample. Introduced in the chapter on the critical point.

    Parameters
    ----------
    statistic : callable
        Takes a list of arrays like `samples`, and returns a number or an array.
    samples : sequence of array_like, each of shape (temperatures, n)
        Samples of the order parameter, an array for each lattice.
    resamples : int, default 50
        At least 2.
    seed : int, default 0
        Fixes the result.

    Returns
    -------
    ndarray, shape (resamples, ...)
        The standard deviation along the first axis is the standard error of the statistic.

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    B. Efron, Ann. Statist. 7, 1 (1979).
    """
    samples = [_checked_table("samples", part) for part in samples]
    resamples, seed = checked_integer("resamples", resamples, 2), checked_integer("seed", seed, 0)
    rng = np.random.default_rng(seed)
    return np.array(
        [statistic([_drawn_anew(part, rng) for part in samples]) for _ in range(resamples)]
    )


def value_at(temperatures, values, temperature, degree=4):
    """Return a curve's value at a temperature, from a polynomial through all of its points.

    Introduced in the chapter on the critical point.

    Parameters
    ----------
    temperatures, values : array_like, shape (n,)
        The curve, at more temperatures than `degree`.
    temperature : float
        Where it is wanted, within the range of `temperatures`.
    degree : int, default 4
        Degree of the polynomial, fitted by least squares.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    T, y = _checked_curve(temperatures, values, degree)
    if not T.min() <= temperature <= T.max():
        raise ValueError(
            f"temperature must lie between {T.min():g} and {T.max():g}, got {temperature!r}"
        )
    return float(np.polynomial.Polynomial.fit(T, y, degree)(temperature))


def crossing(temperatures_a, values_a, temperatures_b, values_b, degree=4):
    """Return the temperature at which two curves cross.

    Each curve is a polynomial through its points. Among several crossings in the range that both
    curves share, the one nearest to its middle counts. Introduced in the chapter on the critical
    point.

    Parameters
    ----------
    temperatures_a, values_a, temperatures_b, values_b : array_like, shape (n,)
        Two curves, such as Binder's cumulant of two lattice sizes, each at more temperatures than
        `degree`.
    degree : int, default 4
        Degree of the polynomials.

    Returns
    -------
    float
        NaN if the curves do not cross in the range that they share.

    Raises
    ------
    ValueError
        If an argument is not as described, or the two curves share no range.
    """
    curves = [
        _checked_curve(T, y, degree)
        for T, y in [(temperatures_a, values_a), (temperatures_b, values_b)]
    ]
    low = max(T.min() for T, _ in curves)
    high = min(T.max() for T, _ in curves)
    if not low < high:
        raise ValueError(
            f"the curves must share a range of temperatures, got one that starts at {low:g} "
            f"and one that ends at {high:g}"
        )
    a, b = (np.polynomial.Polynomial.fit(T, y, degree, [low, high]) for T, y in curves)
    roots = (a - b).roots()
    roots = roots[np.abs(roots.imag) < 1e-9].real
    roots = roots[(low <= roots) & (roots <= high)]
    if not roots.size:
        return float("nan")
    return float(roots[np.argmin(np.abs(roots - (low + high) / 2))])


class Peak(NamedTuple):
    """Result of `peak`: where a curve is highest, and how high."""

    temperature: float
    height: float


def peak(temperatures, values, degree=4):
    """Return where the polynomial through a curve's points is highest in their range.

    Introduced in the chapter on the critical point.

    Parameters
    ----------
    temperatures, values : array_like, shape (n,)
        The curve, such as a susceptibility, at more temperatures than `degree`.
    degree : int, default 4
        Degree of the polynomial, fitted by least squares.

    Returns
    -------
    Peak
        ``.temperature`` is an end of the range if the curve has its maximum there.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    T, y = _checked_curve(temperatures, values, degree)
    curve = np.polynomial.Polynomial.fit(T, y, degree)
    slopes = curve.deriv().roots()
    inside = slopes[np.abs(slopes.imag) < 1e-9].real
    inside = inside[(T.min() < inside) & (inside < T.max())]
    candidates = np.concatenate([[T.min(), T.max()], inside])
    best = candidates[np.argmax(curve(candidates))]
    return Peak(float(best), float(curve(best)))


class Collapse(NamedTuple):
    """Result of `collapse`: critical temperature, exponents, chi-square per degree of freedom.

    `exponent` is beta / nu of an order parameter, and 0 where it was not fitted.
    """

    Tc: float
    nu: float
    exponent: float
    chi_square: float


def collapse(temperatures, sizes, values, errors, *, power=False, degree=5, start=None):
    """Fit the critical temperature and exponents that make the curves of all sizes one curve.

    Finite-size scaling says y = L^(-b) f(x) with x = (1 - Tc / T) L^(1 / nu) and one function f
    for all sizes. Here f is a polynomial: for given Tc, nu and b it is a linear fit, and these
    three follow by nonlinear least squares. Corrections to scaling are left out; to leave out the
    smallest size is the test of what they do. Introduced in the chapter on the critical point.

    Parameters
    ----------
    temperatures, values, errors : sequences of array_like, each of shape (n,)
        A curve for each size, and its standard errors.
    sizes : sequence of int
        Side lengths L, at least two different ones.
    power : bool, default False
        Whether to fit b. Binder's cumulant has b = 0, the order parameter b = beta / nu.
    degree : int, default 5
        Degree of the polynomial f.
    start : float, optional
        Where the search for Tc begins; by default the middle of the range that all sizes share.

    Returns
    -------
    Collapse
        ``.Tc``, ``.nu``, ``.exponent`` and ``.chi_square``.

    Raises
    ------
    ValueError
        If an argument is not as described, or there are fewer points than parameters.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).
    """
    T, L, y, error = _checked_curves(temperatures, sizes, values, errors)
    parameters = degree + 3 + bool(power)
    if len(y) <= parameters:
        raise ValueError(
            f"values must be more numbers than the {parameters} parameters of the fit, got {len(y)}"
        )
    if start is None:
        start = (max(map(np.min, temperatures)) + min(map(np.max, temperatures))) / 2
    # Not above: it takes longer to import than everything else here.
    from scipy.optimize import least_squares

    def deviations(p):
        x = (1 - p[0] / T) * L ** p[1]
        scale = L ** -p[2] if power else 1.0
        matrix = np.vander(x / np.abs(x).max(), degree + 1) * (scale / error)[:, None]
        best = np.linalg.lstsq(matrix, y / error, rcond=None)[0]
        return y / error - matrix @ best

    # Tc, 1 / nu and b: about what they are in two dimensions, and about how far they may be off.
    p = least_squares(deviations, [start, 1, 0.1][: 2 + bool(power)],
                      x_scale=[0.01, 0.1, 0.1][: 2 + bool(power)])  # fmt: skip
    chi_square = 2 * p.cost / (len(y) - parameters)
    exponent = float(p.x[2]) if power else 0.0
    return Collapse(float(p.x[0]), float(1 / p.x[1]), exponent, float(chi_square))


class Measured(NamedTuple):
    """A number with two errors: by chance, and the shift when the smallest size is left out."""

    value: float
    error: float
    shift: float

    @property
    def total(self):
        """Both errors together, the root of the sum of their squares."""
        return float(np.hypot(self.error, self.shift))


class CriticalPoint(NamedTuple):
    """Result of `critical_point`; `chi_square` is that of the collapse per degree of freedom."""

    Tc: Measured
    nu: Measured
    ratio: Measured
    chi_square: float


def critical_point(temperatures, sizes, samples, *, resamples=50, seed=0):
    """Measure critical temperature and exponents with an order parameter on several lattices.

    Tc and nu come from the collapse of Binder's cumulant, in which a factor in the order
    parameter drops out. The ratio beta / nu is that of the straight line of ``ln <|y|>`` at that
    Tc against ln L. Introduced in the chapter on the critical point.

    Parameters
    ----------
    temperatures : sequence of array_like, each of shape (t,)
        For each size more temperatures than 5, with Tc in their range.
    sizes : sequence of int
        Side lengths L, at least three different ones, in ascending order.
    samples : sequence of array_like, each of shape (t, n)
        Independent samples of the order parameter, for each size and temperature.
    resamples : int, default 50
        Resamples of the bootstrap.
    seed : int, default 0
        Fixes the resamples, which are of the same configurations for any order parameter.

    Returns
    -------
    CriticalPoint
        ``.Tc``, ``.nu`` and ``.ratio``, each with ``.value``, ``.error`` (bootstrap), ``.shift``
        and ``.total``; and ``.chi_square``.

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    K. Binder, Z. Phys. B 43, 119 (1981).
    """
    if len(sizes) < 3 or list(sizes) != sorted(set(sizes)):
        raise ValueError(f"sizes must be at least three in ascending order, got {sizes!r}")
    drawn = bootstrap(lambda parts: [moments(part) for part in parts], samples, resamples, seed)
    errors = drawn[:, :, 0].std(axis=0)
    curves = np.array([moments(part) for part in samples])

    def fit(curves, first=0):
        used = slice(first, None)
        return _exponents(temperatures[used], sizes[used], curves[used], errors[used])

    (*found, chi_square), (*without, _) = fit(curves), fit(curves, 1)
    spread = np.std([fit(each)[:3] for each in drawn], axis=0)
    measured = [
        Measured(float(value), float(error), float(other - value))
        for value, error, other in zip(found, spread, without)
    ]
    return CriticalPoint(*measured, chi_square)


def moments(y):
    """Return Binder's cumulant and ``<|y|>`` of samples, one below the other.

    Parameters
    ----------
    y : array_like, shape (..., n)
        Independent samples along the last axis.

    Returns
    -------
    ndarray, shape (2, ...)

    Raises
    ------
    ValueError
        If `y` is not finite, or has no samples.
    """
    return np.stack([cumulant(y), np.abs(y).mean(axis=-1)])


def _exponents(temperatures, sizes, curves, errors):
    """Return Tc, nu, beta / nu and chi-square of cumulants and mean order parameters."""
    found = collapse(temperatures, sizes, curves[:, 0], errors)
    # A collapse that fails may put Tc outside: the value at the end of the range stands for it.
    at_Tc = [
        value_at(T, y, np.clip(found.Tc, np.min(T), np.max(T)))
        for T, y in zip(temperatures, curves[:, 1])
    ]
    ratio = -np.polyfit(np.log(sizes), np.log(at_Tc), 1)[0]
    return found.Tc, found.nu, ratio, found.chi_square


def _drawn_anew(samples, rng):
    """Draw as many samples within each row, with replacement."""
    chosen = rng.integers(0, samples.shape[1], samples.shape)
    return np.take_along_axis(samples, chosen, axis=1)


def _checked_samples(y):
    y = np.asarray(y, dtype=float)
    if y.ndim < 1 or not y.shape[-1]:
        raise ValueError(f"y must have samples along its last axis, got shape {y.shape}")
    if not np.isfinite(y).all():
        raise ValueError(f"y must be finite, got {y[~np.isfinite(y)][0]}")
    return y


def _checked_temperatures(name, values):
    T = np.asarray(values, dtype=float)
    if not (np.isfinite(T).all() and (T > 0).all()):
        raise ValueError(f"{name} must be positive numbers, got {values!r}")
    return T


def _checked_table(name, values):
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or not values.size or not np.isfinite(values).all():
        raise ValueError(
            f"{name} must be arrays of finite numbers of shape (temperatures, n), "
            f"got shape {values.shape}"
        )
    return values


def _checked_curve(temperatures, values, degree):
    checked_integer("degree", degree, 1)
    T, y = _checked_temperatures("temperatures", temperatures), np.asarray(values, dtype=float)
    if T.ndim != 1 or y.shape != T.shape or len(np.unique(T)) <= degree:
        raise ValueError(
            f"temperatures and values must have the same shape (n,) with n above {degree}, "
            f"got {T.shape} and {y.shape}"
        )
    if not np.isfinite(y).all():
        raise ValueError(f"values must be finite, got {y[~np.isfinite(y)][0]}")
    return T, y


def _checked_curves(temperatures, sizes, values, errors):
    """Return temperatures, sizes, values and errors of all points, each of shape (points,)."""
    sizes = [checked_integer("sizes", size, 1) for size in sizes]
    if len(set(sizes)) < 2:
        raise ValueError(f"sizes must hold at least two different sizes, got {sizes}")
    T = [_checked_temperatures("temperatures", part) for part in temperatures]
    parts = [[np.asarray(part, dtype=float) for part in group] for group in (values, errors)]
    shapes = [[part.shape for part in group] for group in (T, *parts)]
    if not shapes[0] == shapes[1] == shapes[2] or len(T) != len(sizes):
        raise ValueError(
            f"temperatures, values and errors must have a curve for each of the {len(sizes)} "
            f"sizes, all three of the same shapes, got {shapes[0]}, {shapes[1]} and {shapes[2]}"
        )
    y, error = map(np.concatenate, parts)
    if not (np.isfinite(y).all() and np.isfinite(error).all() and (error > 0).all()):
        raise ValueError("values and errors must be finite, and errors positive")
    L = np.repeat(np.array(sizes, dtype=float), [len(part) for part in T])
    return np.concatenate(T), L, y, error
