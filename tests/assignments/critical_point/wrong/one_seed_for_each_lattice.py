"""Every lattice starts from the same seed, so equal sizes get equal rows.

Loses: test_bootstrap
"""

import numpy as np


def bootstrap_error(statistic, samples, resamples, seed):
    sources = [np.random.default_rng(seed) for _ in samples]
    values = [
        statistic([rng.choice(rows, len(rows)) for rng, rows in zip(sources, samples)])
        for _ in range(resamples)
    ]
    return {"error": np.nanstd(values), "missing": np.isnan(values).sum()}
