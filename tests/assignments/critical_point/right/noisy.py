"""Prints and warns: untidy, but right."""

import sys
import warnings

import numpy as np
from scipy.interpolate import interp1d
from scipy.optimize import brentq, curve_fit


def weights_at(energy, T0, T):
    beta, beta0 = 1 / T, 0.0 if np.isinf(T0) else 1 / T0
    logs = energy * (beta0 - beta)
    warnings.warn("reweighting is for neighbours", stacklevel=1)
    return np.exp(logs - np.logaddexp.reduce(logs))


def crossings(T_a, a, T_b, b):
    low, high = max(T_a.min(), T_b.min()), min(T_a.max(), T_b.max())
    if low >= high:
        print("no common range", file=sys.stderr)
        return np.zeros(0)
    one, other = interp1d(T_a, a), interp1d(T_b, b)

    def difference(T):
        return float(one(T) - other(T))

    grid = np.unique([low, high, *T_a, *T_b])
    grid = grid[(grid >= low) & (grid <= high)]
    found = [T for T in grid if difference(T) == 0]
    for left, right in zip(grid, grid[1:]):
        if difference(left) * difference(right) < 0:
            found.append(brentq(difference, left, right))
    return np.sort(found)


def bootstrap_error(statistic, samples, resamples, seed):
    np.random.seed(seed)
    counts = [np.random.multinomial(len(s), np.full(len(s), 1 / len(s)), resamples) for s in samples]
    values = []
    for k in range(resamples):
        values.append(statistic([np.repeat(s, c[k], axis=0) for s, c in zip(samples, counts)]))
        print("resample", k, values[-1])
    good = np.array([v for v in values if v == v])
    return {"error": float(good.std()), "missing": float(resamples - len(good))}


def extrapolate(sizes, T_peak, errors, nu):
    best, covariance = curve_fit(
        lambda L, Tc, a: Tc + a / L ** (1 / nu), sizes, T_peak, [2.0, 1.0], errors, True
    )
    return {"Tc": best[0], "a": best[1], "error": covariance[0, 0] ** 0.5}


def best_collapse(sizes, temperatures, values, Tcs, nus):
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        table = np.array(
            [[misfit(sizes, temperatures, values, Tc, nu, 0) for nu in nus] for Tc in Tcs]
        )
        print(table, np.log(table - table.min()))
    i, j = np.unravel_index(table.argmin(), table.shape)
    return {"Tc": Tcs[i], "nu": nus[j], "misfit": table[i, j], "table": table}
