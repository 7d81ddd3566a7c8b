"""Right numbers, but the arrays of the caller hold others afterwards.

Loses: check_averages, check_crossings, check_bootstrap, check_peak, check_collapse, check_readout
"""

import numpy as np


def weights_at(energy, T0, T):
    energy *= 1 / T0 - 1 / T
    energy -= energy.max()
    weights = np.exp(energy)
    return weights / weights.sum()


def crossings(T_a, a, T_b, b):
    T = np.union1d(T_a, T_b)
    T = T[(max(T_a[0], T_b[0]) <= T) & (min(T_a[-1], T_b[-1]) >= T)]
    d = np.interp(T, T_a, a) - np.interp(T, T_b, b)
    a -= np.interp(T_a, T_b, b)
    i = np.flatnonzero(d[:-1] * d[1:] < 0)
    return np.sort(np.append(T[i] + (T[i + 1] - T[i]) * d[i] / (d[i] - d[i + 1]), T[d == 0]))


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    own = [rows.copy() for rows in samples]
    values = []
    for _ in range(resamples):
        for k, rows in enumerate(own):
            samples[k] = rng.choice(rows, len(rows))
        values.append(statistic(samples))
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}


def peak(T, y):
    i = np.argmax(y)
    if i in (0, len(y) - 1):
        return {"T": np.nan, "height": np.nan}
    at = T[i]
    T -= at
    a, b, c = np.polyfit(T[i - 1 : i + 2], y[i - 1 : i + 2], 2)
    return {"T": at - b / (2 * a), "height": c - b**2 / (4 * a)}


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    x = [(1 - Tc / T) * L ** (1 / nu) for L, T in zip(sizes, temperatures)]
    for L, value in zip(sizes, values):
        value *= (2 * L) ** ratio
        value *= 2.0**-ratio
    y = [value.copy() for value in values]
    for value in values:
        value -= value.mean()
    squares = []
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                inside = (x[i] >= x[j][0]) & (x[i] <= x[j][-1])
                squares += list((y[i] - np.interp(x[i], x[j], y[j]))[inside] ** 2)
    return np.sqrt(np.mean(squares)) if squares else np.inf


def odd_readout(codes, flipped, decode):
    images = np.asarray(decode(codes)) - np.asarray(decode(flipped))
    codes -= codes.mean(axis=0)
    return images.mean(axis=(1, 2, 3))
