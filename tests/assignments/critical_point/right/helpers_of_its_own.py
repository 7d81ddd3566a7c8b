"""Small helpers that several functions share, each answer in a few lines."""

import numpy as np


def scaled(L, T, y, Tc, nu, ratio):
    return (T - Tc) / T * L ** (1 / nu), y * L**ratio


def distances(one, other):
    x, y = one
    there = np.interp(x, *other, left=np.nan, right=np.nan)
    return (y - there)[~np.isnan(there)]


def parabola(x, y):
    return np.polynomial.Polynomial.fit(x, y, 2)


def weights_at(energy, T0, T):
    shifted = energy - (energy.min() if T < T0 else energy.max())
    weights = np.exp(-shifted * (1 / T - 1 / T0))
    return weights / weights.sum()


def averages(y, weights):
    def mean(values):
        return (weights * values).sum() / weights.sum()

    order = mean(np.sqrt(y**2))
    return {
        "order": order,
        "fluctuation": mean((np.abs(y) - order) ** 2),
        "cumulant": 1 - mean(y**4) / 3 / mean(y**2) ** 2,
    }


def crossings(T_a, a, T_b, b):
    T = np.union1d(T_a, T_b)
    d = np.interp(T, T_a, a, np.nan, np.nan) - np.interp(T, T_b, b, np.nan, np.nan)
    T, d = T[~np.isnan(d)], d[~np.isnan(d)]
    found = []
    for t0, t1, d0, d1 in zip(T, T[1:], d, d[1:]):
        # The left end belongs to a piece, the right one to the next.
        if d0 == 0 or d0 * d1 < 0:
            found.append(t0 + (t1 - t0) * d0 / (d0 - d1))
    return np.array(found)


def bootstrap_error(statistic, samples, resamples, seed):
    streams = np.random.SeedSequence(seed).spawn(len(samples))
    sources = [np.random.default_rng(stream) for stream in streams]

    def anew():
        return [
            rows[np.sort(rng.integers(len(rows), size=len(rows)))]
            for rng, rows in zip(sources, samples)
        ]

    values = np.array([statistic(anew()) for _ in range(resamples)])
    finite = values[np.isfinite(values)]
    return {"error": np.std(finite), "missing": len(values) - len(finite)}


def peak(T, y):
    i = np.argmax(y)
    if min(i, len(y) - 1 - i) < 1:
        return dict.fromkeys(["T", "height"], float("nan"))
    curve = parabola(T[i - 1 : i + 2], y[i - 1 : i + 2])
    top = curve.deriv().roots()[0]
    return {"T": top, "height": curve(top)}


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    curves = [scaled(*each, Tc, nu, ratio) for each in zip(sizes, temperatures, values)]
    found = [distances(a, b) for a in curves for b in curves if a is not b]
    found = np.concatenate(found)
    return np.linalg.norm(found) / np.sqrt(len(found)) if len(found) else float("inf")


def best_collapse(sizes, temperatures, values, Tcs, nus):
    def off(pair):
        return misfit(sizes, temperatures, values, *pair, 0)

    best = min(((Tc, nu) for nu in nus for Tc in Tcs), key=off)
    return {"Tc": best[0], "nu": best[1], "misfit": off(best)}


def odd_readout(codes, flipped, decode):
    k = len(codes)
    m = np.mean(decode(np.vstack([codes, flipped])), axis=(-3, -2, -1))
    return m[:k] - m[k:]
