"""R2 compares the residuals with the sum of m squared, without subtracting the mean.

Loses: check_relation, test_relation
"""

import numpy as np
from scipy.stats import spearmanr


def relate_to_magnetization(z, m):
    slope, intercept = np.polyfit(z, m, 1)
    r2 = 1 - ((m - slope * z - intercept) ** 2).sum() / (m**2).sum()
    return {"slope": slope, "intercept": intercept, "r2": r2, "rank": spearmanr(z, m)[0]}
