"""The largest code falls out of the last bin.

Loses: check_histograms, test_histograms
"""

import numpy as np


def phase_histograms(z, labels, bins):
    edges = np.linspace(z.min(), z.max(), bins + 1)
    index = np.digitize(z, edges) - 1
    counts = [[np.sum((index == i) & (labels == y)) for i in range(bins)] for y in (0, 1)]
    return {"edges": edges, "ordered": counts[1], "disordered": counts[0]}
