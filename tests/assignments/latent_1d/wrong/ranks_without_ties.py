"""Equal values get different ranks, by their place in the array.

Loses: test_relation
"""

import numpy as np


def relate_to_magnetization(z, m):
    dz, dm = z - z.mean(), m - m.mean()
    slope = (dz @ dm) / (dz @ dz)
    rank_z, rank_m = np.argsort(np.argsort(z)), np.argsort(np.argsort(m))
    return {
        "slope": slope,
        "intercept": m.mean() - slope * z.mean(),
        "r2": (dz @ dm) ** 2 / ((dz @ dz) * (dm @ dm)),
        "rank": np.corrcoef(rank_z, rank_m)[0, 1],
    }
