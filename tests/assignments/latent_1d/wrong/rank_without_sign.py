"""The rank correlation has lost its sign.

Loses: check_relation, test_relation
"""

import numpy as np
from scipy.stats import linregress, spearmanr


def relate_to_magnetization(z, m):
    line = linregress(z, m)
    return {"slope": line.slope, "intercept": line.intercept, "r2": line.rvalue**2,
            "rank": np.abs(spearmanr(z, m).statistic)}
