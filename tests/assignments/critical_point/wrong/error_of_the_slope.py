"""The error of a in place of that of Tc.

Loses: check_peak, test_extrapolate
"""

import numpy as np


def extrapolate(sizes, T_peak, errors, nu):
    x = sizes ** (-1 / nu)
    (a, Tc), covariance = np.polyfit(x, T_peak, 1, w=1 / errors, cov="unscaled")
    return {"Tc": Tc, "a": a, "error": np.sqrt(covariance[0, 0])}
