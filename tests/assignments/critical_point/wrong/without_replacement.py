"""Permutes the rows: each resample is the sample itself.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [statistic([rng.permutation(rows) for rows in samples]) for _ in range(resamples)]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
