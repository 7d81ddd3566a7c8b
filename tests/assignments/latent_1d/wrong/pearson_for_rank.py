"""The correlation of the values where that of the ranks was asked for.

Loses: check_relation, test_relation
"""

import numpy as np


def relate_to_magnetization(z, m):
    slope, intercept = np.polyfit(z, m, 1)
    r = np.corrcoef(z, m)[0, 1]
    return {"slope": slope, "intercept": intercept, "r2": r**2, "rank": r}
