"""Sums written out with NumPy; no function calls another one.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import numpy as np


def weights_at(energy, T0, T):
    change = energy / T - energy / T0
    weights = np.exp(change.min() - change)
    return weights / np.sum(weights)


def averages(y, weights):
    p = weights / weights.sum()
    squares = y * y
    second, order = p @ squares, p @ np.abs(y)
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 1 - p @ (squares * squares) / second**2 / 3,
    }


def crossings(T_a, a, T_b, b):
    low, high = max(T_a[0], T_b[0]), min(T_a[-1], T_b[-1])
    T = np.array(sorted({t for t in [*T_a, *T_b] if low <= t <= high}))
    d = np.interp(T, T_a, a) - np.interp(T, T_b, b)
    found = []
    for i in range(len(T) - 1):
        if d[i] == 0:
            found.append(T[i])
        elif d[i] * d[i + 1] < 0:
            found.append(T[i] - d[i] * (T[i + 1] - T[i]) / (d[i + 1] - d[i]))
    return np.array(found)


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        values.append(statistic([rng.choice(rows, len(rows)) for rows in samples]))
    values = np.array(values, dtype=float)
    missing = np.isnan(values)
    return {"error": values[~missing].std(ddof=1), "missing": missing.sum()}


def peak(T, y):
    i = np.argmax(y)
    if i == 0 or i == len(y) - 1:
        return {"T": np.nan, "height": np.nan}
    left, right = T[i] - T[i - 1], T[i + 1] - T[i]
    rise, fall = (y[i] - y[i - 1]) / left, (y[i + 1] - y[i]) / right
    half_bend = (fall - rise) / (left + right)
    slope = rise + half_bend * left
    return {
        "T": T[i] - slope / (2 * half_bend),
        "height": y[i] - slope**2 / (4 * half_bend),
    }


def extrapolate(sizes, T_peak, errors, nu):
    x, w = sizes ** (-1 / nu), 1 / errors**2
    x_mean, T_mean = np.average(x, weights=w), np.average(T_peak, weights=w)
    spread = np.sum(w * (x - x_mean) ** 2)
    a = np.sum(w * (x - x_mean) * (T_peak - T_mean)) / spread
    return {
        "Tc": T_mean - a * x_mean,
        "a": a,
        "error": np.sqrt(1 / w.sum() + x_mean**2 / spread),
    }


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    x = [(1 - Tc / T) * L ** (1 / nu) for L, T in zip(sizes, temperatures)]
    y = [value * L**ratio for L, value in zip(sizes, values)]
    total, count = 0.0, 0
    for i in range(len(sizes)):
        for j in range(len(sizes)):
            if i != j:
                inside = (x[i] >= x[j].min()) & (x[i] <= x[j].max())
                total += np.sum((y[i] - np.interp(x[i], x[j], y[j]))[inside] ** 2)
                count += inside.sum()
    return np.sqrt(total / count) if count else np.inf


def best_collapse(sizes, temperatures, values, Tcs, nus):
    best = {"misfit": np.inf}
    for Tc in Tcs:
        for nu in nus:
            x = [(1 - Tc / T) * L ** (1 / nu) for L, T in zip(sizes, temperatures)]
            squares = []
            for i in range(len(x)):
                for j in range(len(x)):
                    if i != j:
                        inside = (x[i] >= x[j][0]) & (x[i] <= x[j][-1])
                        off = values[i] - np.interp(x[i], x[j], values[j])
                        squares += list(off[inside] ** 2)
            if squares and np.sqrt(np.mean(squares)) < best["misfit"]:
                best = {"Tc": Tc, "nu": nu, "misfit": np.sqrt(np.mean(squares))}
    return best


def odd_readout(codes, flipped, decode):
    images, turned = np.asarray(decode(codes)), np.asarray(decode(flipped))
    return (images - turned).mean(axis=(1, 2, 3))


def statements():
    return {"a": False, "b": True, "c": True, "d": False, "e": True, "f": False}
