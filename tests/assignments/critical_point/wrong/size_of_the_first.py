"""As many rows of each lattice as the first one has.

Loses: check_bootstrap, test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    rng = np.random.default_rng(seed)
    values = np.array(
        [
            statistic([rng.choice(rows, len(samples[0])) for rows in samples])
            for _ in range(resamples)
        ]
    )
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
