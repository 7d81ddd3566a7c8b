"""Scales the cumulant as if it were the order parameter.

Loses: check_collapse, test_best
"""

import numpy as np


def best_collapse(sizes, temperatures, values, Tcs, nus):
    table = np.array(
        [[misfit(sizes, temperatures, values, Tc, nu, 0.125) for nu in nus] for Tc in Tcs]
    )
    i, j = np.unravel_index(table.argmin(), table.shape)
    return {"Tc": Tcs[i], "nu": nus[j], "misfit": table[i, j]}
