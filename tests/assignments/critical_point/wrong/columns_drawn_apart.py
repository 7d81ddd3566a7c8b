"""Draws m and E separately: a configuration gets the energy of another one.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            statistic(
                [
                    np.stack([rng.choice(column, len(rows)) for column in rows.T], axis=1)
                    for rows in samples
                ]
            )
            for _ in range(resamples)
        ]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
