"""NaN becomes 0, and "missing" is a share.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [statistic([rng.choice(rows, len(rows)) for rows in samples]) for _ in range(resamples)]
    )
    return {"error": np.nan_to_num(values).std(), "missing": np.isnan(values).mean()}
