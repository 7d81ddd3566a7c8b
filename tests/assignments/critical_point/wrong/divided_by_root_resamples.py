"""The standard error of the mean of the resamples, which shrinks with their number.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [statistic([rng.choice(rows, len(rows)) for rows in samples]) for _ in range(resamples)]
    )
    good = values[~np.isnan(values)]
    return {"error": good.std() / np.sqrt(len(good)), "missing": len(values) - len(good)}
