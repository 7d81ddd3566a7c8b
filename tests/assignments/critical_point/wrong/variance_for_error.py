"""Squares: the variance of Tc, and the mean square in the misfit.

Loses: check_peak, test_extrapolate, check_collapse, test_misfit
"""

import numpy as np


def extrapolate(sizes, T_peak, errors, nu):
    x = sizes ** (-1 / nu)
    (a, Tc), covariance = np.polyfit(x, T_peak, 1, w=1 / errors, cov="unscaled")
    return {"Tc": Tc, "a": a, "error": covariance[1, 1]}


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    x = [(1 - Tc / T) * L ** (1 / nu) for L, T in zip(sizes, temperatures)]
    y = [value * L**ratio for L, value in zip(sizes, values)]
    squares = []
    for i in range(len(x)):
        for j in range(len(x)):
            inside = (x[i] >= x[j][0]) & (x[i] <= x[j][-1])
            if i != j:
                squares += list((y[i] - np.interp(x[i], x[j], y[j]))[inside] ** 2)
    return np.mean(squares) if squares else np.inf
