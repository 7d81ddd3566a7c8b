"""The bins reach over the disordered codes only.

Loses: check_histograms, test_histograms
"""

import numpy as np


def phase_histograms(z, labels, bins):
    edges = np.linspace(z[labels == 0].min(), z[labels == 0].max(), bins + 1)
    ordered = np.histogram(z[labels == 1], edges)[0]
    disordered = np.histogram(z[labels == 0], edges)[0]
    return {"edges": edges, "ordered": ordered, "disordered": disordered}
