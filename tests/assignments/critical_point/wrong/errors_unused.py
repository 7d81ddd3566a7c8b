"""Every peak counts alike.

Loses: check_peak, test_extrapolate
"""

import numpy as np


def extrapolate(sizes, T_peak, errors, nu):
    (a, Tc), covariance = np.polyfit(
        sizes ** (-1 / nu), T_peak, 1, w=np.full(len(sizes), 1 / errors.mean()), cov="unscaled"
    )
    return {"Tc": Tc, "a": a, "error": np.sqrt(covariance[1, 1])}
