"""Two slips: exp(-log_variance) for the variance; the variance times epsilon, not epsilon^2.

Loses: check_terms, test_kl, check_losses, test_bound
"""

import numpy as np


def kl_divergence(mean, log_variance):
    return 0.5 * (mean**2 + np.exp(-log_variance) - 1 - log_variance).sum(axis=1)


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    wide = log_variance + np.log(epsilon)
    return reconstruction + 0.5 * (mean**2 + np.exp(wide) - 1 - wide).sum(axis=1)
