"""Right numbers again, with other arrays of the caller changed.

Loses: check_averages, check_peak, check_collapse
"""

import numpy as np


def averages(y, weights):
    weights /= weights.sum()
    order, second, fourth = (weights @ np.abs(y) ** k for k in (1, 2, 4))
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 1 - fourth / (3 * second**2),
    }


def extrapolate(sizes, T_peak, errors, nu):
    sizes **= -1 / nu
    (a, Tc), covariance = np.polyfit(sizes, T_peak, 1, w=1 / errors, cov="unscaled")
    return {"Tc": Tc, "a": a, "error": np.sqrt(covariance[1, 1])}


def best_collapse(sizes, temperatures, values, Tcs, nus):
    Tcs.sort()
    table = np.array([[misfit(sizes, temperatures, values, Tc, nu, 0) for nu in nus] for Tc in Tcs])
    i, j = np.unravel_index(table.argmin(), table.shape)
    return {"Tc": Tcs[i], "nu": nus[j], "misfit": table[i, j]}
