"""The line has no intercept.

Loses: check_relation, test_relation
"""

from scipy.stats import spearmanr


def relate_to_magnetization(z, m):
    slope = (z @ m) / (z @ z)
    r2 = 1 - ((m - slope * z) ** 2).sum() / ((m - m.mean()) ** 2).sum()
    return {"slope": slope, "intercept": 0.0, "r2": r2, "rank": spearmanr(z, m)[0]}
