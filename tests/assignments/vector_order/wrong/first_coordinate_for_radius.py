"""The first coordinate, as for a scalar order parameter.

Loses: check_codes, test_codes, test_together
"""

import numpy as np


def radius_correlation(codes, S):
    return np.corrcoef(codes[:, 0], S)[0, 1]
