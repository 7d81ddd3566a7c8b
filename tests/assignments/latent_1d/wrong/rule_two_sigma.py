"""The threshold is two standard deviations of the disordered codes.

Loses: test_fit_rule
"""


def fit_rule(z, labels):
    cloud = z[labels == 0]
    return {"z0": cloud.mean(), "threshold": 2 * cloud.std()}
