"""z0 halfway between the two ordered branches, NumPy booleans, a histogram by comparison."""

import numpy as np


def phase_histograms(z, labels, bins):
    edges = np.linspace(z.min() - 1e-9, z.max() + 1e-9, bins + 1)
    inside = (z[:, None] > edges[:-1]) & (z[:, None] <= edges[1:])
    ordered = np.asarray(labels, bool)
    return {
        "edges": edges,
        "ordered": inside[ordered].sum(axis=0),
        "disordered": inside[~ordered].sum(axis=0),
    }


def classify(z, rule):
    below, above = rule["z0"] - rule["threshold"], rule["z0"] + rule["threshold"]
    return np.logical_or(z < below, z > above)


def accuracy(predicted, labels):
    return 1 - np.abs(np.asarray(predicted, int) - labels).sum() / labels.size


def fit_rule(z, labels):
    left, right = np.quantile(z[labels == 1], [0.1, 0.9])
    z0 = (left + right) / 2
    distance = np.abs(z - z0)
    grid = np.linspace(0, distance.max(), 400)
    errors = [np.count_nonzero((distance > t) != (labels == 1)) for t in grid]
    return {"z0": z0, "threshold": grid[np.argmin(errors)]}


def relate_to_magnetization(z, m):
    slope, intercept = np.polynomial.Polynomial.fit(z, m, 1).convert().coef[::-1]
    ranks = [(x[:, None] > x).sum(axis=1) + (x[:, None] == x).sum(axis=1) / 2 for x in (z, m)]
    return {
        "slope": slope,
        "intercept": intercept,
        "r2": np.corrcoef(z, m)[0, 1] ** 2,
        "rank": np.corrcoef(*ranks)[0, 1],
    }
