"""Row numbers up to n - 2.

Loses: test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            statistic([rows[rng.integers(0, len(rows) - 1, len(rows))] for rows in samples])
            for _ in range(resamples)
        ]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
