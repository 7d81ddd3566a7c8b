"""Plain loops and Python's own numbers; lists are returned."""

import math
import random


def weights_at(energy, T0, T):
    exponents = [-float(E) / T + float(E) / T0 for E in energy]
    top = max(exponents)
    total = math.fsum(math.exp(x - top) for x in exponents)
    return [math.exp(x - top) / total for x in exponents]


def averages(y, weights):
    def mean(power):
        return math.fsum(w * abs(v) ** power for v, w in zip(y, weights)) / math.fsum(weights)

    return {
        "order": mean(1),
        "fluctuation": mean(2) - mean(1) ** 2,
        "cumulant": 1 - mean(4) / (3 * mean(2) ** 2),
        "samples": len(y),
    }


def crossings(T_a, a, T_b, b):
    found = set()
    for i in range(1, len(T_a)):
        for j in range(1, len(T_b)):
            low, high = max(T_a[i - 1], T_b[j - 1]), min(T_a[i], T_b[j])
            if low >= high:
                continue
            slope_a = (a[i] - a[i - 1]) / (T_a[i] - T_a[i - 1])
            slope_b = (b[j] - b[j - 1]) / (T_b[j] - T_b[j - 1])
            if slope_a == slope_b:
                continue
            at_low = a[i - 1] + slope_a * (low - T_a[i - 1]) - b[j - 1] - slope_b * (low - T_b[j - 1])
            t = low - at_low / (slope_a - slope_b)
            if low - 1e-12 <= t <= high + 1e-12:
                found.add(round(float(t), 10))
    return sorted(found)


def bootstrap_error(statistic, samples, resamples, seed):
    source = random.Random(seed)
    numbers, missing = [], 0
    for _ in range(resamples):
        parts = []
        for rows in samples:
            parts.append(rows[source.choices(range(len(rows)), k=len(rows))])
        value = statistic(parts)
        if math.isnan(value):
            missing += 1
        else:
            numbers.append(value)
    middle = sum(numbers) / len(numbers)
    return {
        "error": math.sqrt(sum((x - middle) ** 2 for x in numbers) / len(numbers)),
        "missing": missing,
    }


def peak(T, y):
    i = list(y).index(max(y))
    if not 0 < i < len(y) - 1:
        return {"T": math.nan, "height": math.nan}
    (t0, t1, t2), (y0, y1, y2) = T[i - 1 : i + 2], y[i - 1 : i + 2]
    # Lagrange's form, and its derivative.
    c0 = y0 / ((t0 - t1) * (t0 - t2))
    c1 = y1 / ((t1 - t0) * (t1 - t2))
    c2 = y2 / ((t2 - t0) * (t2 - t1))
    t = (c0 * (t1 + t2) + c1 * (t0 + t2) + c2 * (t0 + t1)) / (2 * (c0 + c1 + c2))
    height = c0 * (t - t1) * (t - t2) + c1 * (t - t0) * (t - t2) + c2 * (t - t0) * (t - t1)
    return {"T": t, "height": height}


def extrapolate(sizes, T_peak, errors, nu):
    S = Sx = Sxx = Sy = Sxy = 0.0
    for L, T, error in zip(sizes, T_peak, errors):
        x, w = L ** (-1 / nu), error**-2
        S, Sx, Sxx = S + w, Sx + w * x, Sxx + w * x * x
        Sy, Sxy = Sy + w * T, Sxy + w * x * T
    determinant = S * Sxx - Sx**2
    return {
        "Tc": (Sxx * Sy - Sx * Sxy) / determinant,
        "a": (S * Sxy - Sx * Sy) / determinant,
        "error": math.sqrt(Sxx / determinant),
    }


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    squares = []
    for i, L in enumerate(sizes):
        for T, value in zip(temperatures[i], values[i]):
            x = (1 - Tc / T) * L ** (1 / nu)
            for j, other in enumerate(sizes):
                if i == j:
                    continue
                at = [(1 - Tc / t) * other ** (1 / nu) for t in temperatures[j]]
                if not at[0] <= x <= at[-1]:
                    continue
                k = next(k for k in range(1, len(at)) if x <= at[k])
                share = (x - at[k - 1]) / (at[k] - at[k - 1])
                there = values[j][k - 1] * (1 - share) + values[j][k] * share
                squares.append((value * L**ratio - there * other**ratio) ** 2)
    return math.sqrt(sum(squares) / len(squares)) if squares else math.inf


def best_collapse(sizes, temperatures, values, Tcs, nus):
    best = None
    for Tc in Tcs:
        for nu in nus:
            one = misfit(sizes, temperatures, values, Tc, nu, 0)
            if best is None or one < best["misfit"]:
                best = {"Tc": Tc, "nu": nu, "misfit": one}
    return best


def odd_readout(codes, flipped, decode):
    result = []
    for one, other in zip(codes, flipped):
        here, there = decode(one[None]), decode(other[None])
        result.append(float((2 * here - 1).mean() - (2 * there - 1).mean()) / 2)
    return result
