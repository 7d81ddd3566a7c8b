"""The same row numbers for all lattices, as if they were one simulation.

Loses: test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(resamples):
        shares = rng.random(max(map(len, samples)))
        values.append(
            statistic([rows[(shares[: len(rows)] * len(rows)).astype(int)] for rows in samples])
        )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
