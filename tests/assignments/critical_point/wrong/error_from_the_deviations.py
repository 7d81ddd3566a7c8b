"""Scales the error by the deviations from the line, which may be small by chance.

Loses: check_peak, test_extrapolate
"""

import numpy as np


def extrapolate(sizes, T_peak, errors, nu):
    x = sizes ** (-1 / nu)
    a, Tc = np.polyfit(x, T_peak, 1, w=1 / errors)
    chi_square = np.sum(((T_peak - Tc - a * x) / errors) ** 2) / max(len(x) - 2, 1)
    unscaled = np.polyfit(x, T_peak, 1, w=1 / errors, cov="unscaled")[1]
    return {"Tc": Tc, "a": a, "error": np.sqrt(unscaled[1, 1] * chi_square)}
