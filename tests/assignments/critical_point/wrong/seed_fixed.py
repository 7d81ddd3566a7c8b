"""The same resamples for every seed.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(0)
    values = np.array(
        [statistic([rng.choice(rows, len(rows)) for rows in samples]) for _ in range(resamples)]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
