"""x from T - Tc, not from its ratio to T.

Loses: check_collapse, test_misfit
"""

import numpy as np


def misfit(sizes, temperatures, values, Tc, nu, ratio):
    x = [(T - Tc) * L ** (1 / nu) for L, T in zip(sizes, temperatures)]
    y = [value * L**ratio for L, value in zip(sizes, values)]
    squares = []
    for i in range(len(x)):
        for j in range(len(x)):
            inside = (x[i] >= x[j][0]) & (x[i] <= x[j][-1])
            if i != j:
                squares += list((y[i] - np.interp(x[i], x[j], y[j]))[inside] ** 2)
    return np.sqrt(np.mean(squares)) if squares else np.inf
