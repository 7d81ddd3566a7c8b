"""Adds Gaussian noise of the right width to the values, in place of drawing rows.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            statistic([rows + rows.std(axis=0) * rng.normal(size=rows.shape) for rows in samples])
            for _ in range(resamples)
        ]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
