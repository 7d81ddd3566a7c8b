"""The line z = slope * m + intercept.

Loses: check_relation, test_relation
"""

import numpy as np
from scipy.stats import spearmanr


def relate_to_magnetization(z, m):
    slope, intercept = np.polyfit(m, z, 1)
    r2 = np.corrcoef(z, m)[0, 1] ** 2
    return {"slope": slope, "intercept": intercept, "r2": r2, "rank": spearmanr(z, m)[0]}
