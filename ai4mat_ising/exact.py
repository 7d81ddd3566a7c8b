"""Exact values of the Ising model on the square lattice (J = k_B = 1), without sampling or fits.

The thermodynamic functions come from one sum over fermion modes: over the 2L discrete angles of
the periodic L x L torus (Kaufman 1949), or as an integral over all angles for the infinite lattice
(Onsager 1944). The spontaneous magnetization is Yang's (1952).

Everything is measured from the ground state, with K = 1/T and y = exp(-2K) between 0 (T = 0) and
1 (T infinite). Kaufman's four products, divided by the ground state's weight exp(2KN), read ::

    Z / exp(2KN) = 1/2 * sum over the four of  prod_l (P_l^L +- Q_l^L)
    P_l, Q_l     = (sqrt(alpha_l + 4b) +- sqrt(alpha_l)) / 2
    alpha_l      = gap^2 + 4b sin^2(theta_l / 2),   theta_l = pi l / L
    gap          = 1 - 2y - y^2,                    b = P_l Q_l = y (1 - y^2)

with l odd in two of the products and even in the other two. In Kaufman's notation P_l is
sqrt(2 sinh 2K) exp(gamma_l/2 - 2K), and Q_l the same with -gamma_l. The gap changes its sign at
Tc, and sqrt(alpha_0) = gap with it. Written this way the derivatives are small where y is and
nothing overflows; at low temperature the entropy is a sum of two positive parts instead of a
difference of two large ones.

Derivatives are carried along: a *jet* is an array whose first axis holds f, df/dK and d2f/dK2.

References
----------
L. Onsager, Phys. Rev. 65, 117 (1944); B. Kaufman, Phys. Rev. 76, 1232 (1949);
C. N. Yang, Phys. Rev. 85, 808 (1952).
"""

import numpy as np

from ai4mat_ising.arguments import checked_integer

# 2 / ln(1 + sqrt 2) is the sum of the two: the second part keeps T - Tc exact next to Tc
_TC, _TC_REST = 2.269185314213022, -8.519454153395275e-17

# Below this temperature the leading terms of the low-temperature expansion (_few_flips) have the
# smaller relative error, at the boundary 2e-9 of a heat capacity of 2e-8
_COLD = 1 / 3


def critical_temperature():
    """Return the critical temperature of the infinite square lattice.

    Returns
    -------
    float
        2 / ln(1 + sqrt 2) = 2.269..., in units of J / k_B (Onsager 1944).
    """
    return _TC


def spontaneous_magnetization(T):
    """Return the spontaneous magnetization per spin of the infinite lattice (Yang 1952).

    Parameters
    ----------
    T : float or array_like
        Temperature, positive, in units of J / k_B.

    Returns
    -------
    float or ndarray of float64, shape of T
        (1 - sinh(2/T)^-4)^(1/8) below the critical temperature, 0 at and above it.

    Raises
    ------
    ValueError
        If T is not a positive number.
    """
    temperatures = np.clip(_checked_temperature(T), 0.01, _TC)  # at 0.01 it is 1 to the last digit
    one_minus_y2 = -np.expm1(-4 / temperatures)
    a = 2 * np.exp(-2 / temperatures) / one_minus_y2  # 1 / sinh(2/T); 1 - a = gap / (1 - y^2)
    m8 = _gap(temperatures) / one_minus_y2 * (1 + a) * (1 + a**2)
    return _like_input(m8 ** (1 / 8))


def log_partition(T, L=None):
    """Return ln Z / N, Z the partition function and N spins (Onsager 1944; Kaufman 1949).

    Parameters
    ----------
    T : float or array_like
        Temperature, positive, in units of J / k_B.
    L : int, optional
        Side of the periodic L x L torus, at least 2 (with L = 2 every bond counts twice).
        The default is the infinite lattice.

    Returns
    -------
    float or ndarray of float64, shape of T
        At the critical temperature of the infinite lattice ln 2 / 2 + 2 G / pi with Catalan's G.

    Raises
    ------
    ValueError
        If T is not a positive number or L not an integer of at least 2.
    """
    temperatures, (phi, _, _) = _above_ground_state(T, L)
    return _like_input(2 / temperatures + phi)


def energy(T, L=None):
    """Return the mean energy per spin (Onsager 1944; Kaufman 1949).

    Parameters
    ----------
    T : float or array_like
        Temperature, positive, in units of J / k_B.
    L : int, optional
        Side of the periodic L x L torus, at least 2; the default is the infinite lattice.

    Returns
    -------
    float or ndarray of float64, shape of T
        In units of J, from -2 at T = 0 to 0; -sqrt 2 at the infinite lattice's critical point.

    Raises
    ------
    ValueError
        If T is not a positive number or L not an integer of at least 2.
    """
    _, (_, dphi, _) = _above_ground_state(T, L)
    return _like_input(-2 - dphi)


def heat_capacity(T, L=None):
    """Return the heat capacity per spin, dE/dT (Onsager 1944; Kaufman 1949).

    Parameters
    ----------
    T : float or array_like
        Temperature, positive, in units of J / k_B.
    L : int, optional
        Side of the periodic L x L torus, at least 2; the default is the infinite lattice.

    Returns
    -------
    float or ndarray of float64, shape of T
        In units of k_B; inf for the infinite lattice where T is `critical_temperature()`.

    Raises
    ------
    ValueError
        If T is not a positive number or L not an integer of at least 2.
    """
    temperatures, (_, _, d2phi) = _above_ground_state(T, L)
    return _like_input(d2phi / temperatures / temperatures)


def entropy(T, L=None):
    """Return the entropy per spin (Onsager 1944; Kaufman 1949).

    Parameters
    ----------
    T : float or array_like
        Temperature, positive, in units of J / k_B.
    L : int, optional
        Side of the periodic L x L torus, at least 2; the default is the infinite lattice.

    Returns
    -------
    float or ndarray of float64, shape of T
        In nats (k_B = 1), from ln 2 / L^2 (infinite lattice: 0) at T = 0 to ln 2.

    Raises
    ------
    ValueError
        If T is not a positive number or L not an integer of at least 2.
    """
    temperatures, (phi, dphi, _) = _above_ground_state(T, L)
    return _like_input(phi - dphi / temperatures)


def _checked_temperature(T):
    """Return T as a float64 array after checking it."""
    try:
        values = np.asarray(T)
    except ValueError:  # rows of unequal length
        values = np.empty((), dtype=object)
    if values.dtype.kind not in "iuf":
        raise ValueError(f"T must be a positive temperature or an array of them, got {T!r}")
    values = values.astype(np.float64)
    wrong = values[~(values > 0)]  # NaN among them
    if wrong.size:
        raise ValueError(f"T must be a positive temperature, got {wrong[0]}")
    return values


def _check_side(L):
    if L is not None:
        checked_integer("L", L, 2, "None (the infinite lattice) or ")


def _like_input(values):
    """Return a Python float for a scalar, else the array."""
    return float(values) if np.ndim(values) == 0 else values


def _above_ground_state(T, L):
    """Return temperatures and the jets of phi = ln Z / N - 2K there (first axis: the jet)."""
    temperatures = _checked_temperature(T)
    _check_side(L)
    jets = np.array([_phi(t, L) for t in temperatures.flat]).reshape(*temperatures.shape, 3)
    return temperatures, np.moveaxis(jets, -1, 0)


def _phi(T, L):
    T = np.clip(T, 1e-3, 1e100)  # the jet changes no more beyond, while 1/T or T^2 may overflow
    if T < _COLD:
        return _few_flips(T, L)
    return _onsager(T) if L is None else _kaufman(T, L)


def _few_flips(T, L):
    """Return the jet of phi where hardly a spin flips: leading terms of the expansion in y.

    One flipped spin costs exp(-8K), a pair of neighbours exp(-12K). The exact sums would lose
    these terms in the rounding error of larger ones that cancel.
    """
    single, pair = {2: (3 / 2, 0), 3: (1, 8 / 3)}.get(L, (1, 2))  # L = 2, 3: also a whole row
    eight, twelve = single * np.exp(-8 / T), pair * np.exp(-12 / T)
    degeneracy = 0 if L is None else np.log(2) / L**2  # all up or all down
    return np.array(
        [degeneracy + eight + twelve, -8 * eight - 12 * twelve, 64 * eight + 144 * twelve]
    )


def _onsager(T):
    """Return the jet of phi for the infinite lattice: the mean of ln P over the angle theta.

    With tan(theta/2) = exp(x) the trapezoidal rule converges like exp(-pi^2/step) at every T: the
    singularity that approaches theta = 0 at Tc stays pi/2 away from the real axis of x.
    """
    x, step = np.linspace(-45, 45, 361, retstep=True)
    log_p, _ = _modes(T, 1 / (1 + np.exp(-2 * x)))
    phi = log_p @ (step / np.pi / np.cosh(x))
    if T == _TC:
        phi[2] = np.inf  # logarithmically; a sum over nodes would stay finite
    return phi


def _kaufman(T, L):
    """Return the jet of phi for the L x L torus: six terms, the mode theta = 0 multiplied out."""
    log_p, log_b = _modes(T, np.sin(np.arange(1, 2 * L) * np.pi / (2 * L)) ** 2)
    log_ratio = L * (log_b[:, None] - 2 * log_p)  # of Q^L to P^L
    plus = L * log_p + _log_one_plus_exp(log_ratio, +1)
    minus = L * log_p + _log_one_plus_exp(log_ratio, -1)
    odd_plus, even_plus = plus[:, ::2].sum(axis=1), plus[:, 1::2].sum(axis=1)
    odd_minus, even_minus = minus[:, ::2].sum(axis=1), minus[:, 1::2].sum(axis=1)
    p, q = (L * jet for jet in _zero_mode(T))
    logs = np.array(
        [odd_plus, odd_minus, even_plus + p, even_minus + p, even_plus + q, even_minus + q]
    )
    jet = _log_of_sum(logs, signs=np.array([1, 1, 1, 1, 1, -1]))
    return (jet - [np.log(2), 0, 0]) / L**2


def _log_of_sum(logs, signs):
    """Return the jet of ln(sum of sign exp(log)) from the terms' jets, shape (terms, 3)."""
    value, first, second = logs.T
    weight = signs * np.exp(value - value.max())
    total = weight.sum()
    weight /= total
    spread = first - first[0]  # centred before it is squared: the derivatives are of order N
    mean = weight @ spread
    return np.array(
        [value.max() + np.log(total), first[0] + mean, weight @ ((spread - mean) ** 2 + second)]
    )


def _gap(T):
    """Return 1 - 2y - y^2 = 2y (sinh 2K - 1), to full relative precision also next to Tc."""
    y_c = np.sqrt(2) - 1
    from_critical = np.where(T == _TC, 0.0, (_TC - T + _TC_REST) / T / _TC)  # K - K_c
    return -y_c * np.expm1(-2 * from_critical) * (y_c + 2 + np.exp(-2 / T))


def _modes(T, sin2):
    """Return jets of ln P, shape (3, modes), and of ln b, shape (3,); sin2 is sin^2(theta/2).

    The derivatives of gap and b with respect to K follow from dy/dK = -2y.
    """
    y, one_minus_y2 = np.exp(-2 / T), -np.expm1(-4 / T)
    gap, dgap, d2gap = _gap(T), 4 * y * (1 + y), -8 * y * (1 + 2 * y)
    gap2 = np.array([gap**2, 2 * gap * dgap, 2 * (dgap**2 + gap * d2gap)])
    b = np.array([y * one_minus_y2, -2 * y * (1 - 3 * y**2), 4 * y * (1 - 9 * y**2)])
    alpha = gap2[:, None] + 4 * np.outer(b, sin2)
    log_p = _log((_sqrt(alpha) + _sqrt(alpha + 4 * b[:, None])) / 2)
    log_b = np.array(
        [np.log(one_minus_y2) - 2 / T, 4 * y**2 / one_minus_y2 - 2, -((4 * y / one_minus_y2) ** 2)]
    )
    return log_p, log_b


def _zero_mode(T):
    """Return jets of ln P = ln(1 - y), ln Q = ln(y + y^2) at theta = 0; P < Q above Tc."""
    y, one_minus_y = np.exp(-2 / T), -np.expm1(-2 / T)
    log_p = np.array([np.log(one_minus_y), 2 * y / one_minus_y, -4 * y / one_minus_y**2])
    log_q = np.array([np.log1p(y) - 2 / T, -2 - 2 * y / (1 + y), 4 * y / (1 + y) ** 2])
    return log_p, log_q


def _sqrt(jet):
    root = np.sqrt(jet[0])
    first = jet[1] / (2 * root)
    return np.array([root, first, (jet[2] / 2 - first**2) / root])


def _log(jet):
    first = jet[1] / jet[0]
    return np.array([np.log(jet[0]), first, jet[2] / jet[0] - first**2])


def _log_one_plus_exp(jet, sign):
    """Return the jet of ln(1 + sign exp(f)) from that of f."""
    term = sign * np.exp(jet[0])
    share = term / (1 + term)
    return np.array([np.log1p(term), share * jet[1], share * (jet[2] + (1 - share) * jet[1] ** 2)])
