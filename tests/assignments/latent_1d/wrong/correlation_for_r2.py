"""The correlation coefficient in the place of its square.

Loses: check_relation, test_relation
"""

import numpy as np
from scipy.stats import spearmanr


def relate_to_magnetization(z, m):
    slope, intercept = np.polyfit(z, m, 1)
    r2 = np.corrcoef(z, m)[0, 1]
    return {"slope": slope, "intercept": intercept, "r2": r2, "rank": spearmanr(z, m)[0]}
