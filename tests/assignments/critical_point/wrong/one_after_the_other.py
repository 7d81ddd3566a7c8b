"""The best Tc at the first nu, and then the best nu at this Tc.

Loses: test_best
"""

import numpy as np


def best_collapse(sizes, temperatures, values, Tcs, nus):
    first = [misfit(sizes, temperatures, values, Tc, nus[0], 0) for Tc in Tcs]
    Tc = Tcs[np.argmin(first)]
    second = [misfit(sizes, temperatures, values, Tc, nu, 0) for nu in nus]
    return {"Tc": Tc, "nu": nus[np.argmin(second)], "misfit": min(second)}
