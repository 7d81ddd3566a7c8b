"""Leaves resamples without a result out in silence.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = [
        statistic([rng.choice(rows, len(rows)) for rows in samples]) for _ in range(resamples)
    ]
    values = [value for value in values if not np.isnan(value)]
    return {"error": np.std(values), "missing": np.isnan(values).sum()}
