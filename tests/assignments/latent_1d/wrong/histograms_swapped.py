"""The two phases are mixed up.

Loses: check_histograms, test_histograms
"""

import numpy as np


def phase_histograms(z, labels, bins):
    edges = np.histogram_bin_edges(z, bins)
    ordered = np.histogram(z[labels == 0], edges)[0]
    disordered = np.histogram(z[labels == 1], edges)[0]
    return {"edges": edges, "ordered": ordered, "disordered": disordered}
