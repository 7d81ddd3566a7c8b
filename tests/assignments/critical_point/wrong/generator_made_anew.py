"""A new generator from the same seed for each resample: all are alike.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    values = []
    for _ in range(resamples):
        rng = np.random.default_rng(seed)
        values.append(statistic([rng.choice(rows, len(rows)) for rows in samples]))
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
