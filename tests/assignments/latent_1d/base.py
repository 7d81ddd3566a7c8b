"""Principal component analysis with NumPy alone, and an exact search for the rule.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import numpy as np
from scipy.stats import rankdata


def train_autoencoder(images, seed):
    flat = images.reshape(len(images), -1).astype(float)
    mean = flat.mean(axis=0)
    covariance = np.cov(flat, rowvar=False)
    return mean, np.linalg.eigh(covariance)[1][:, -1]


def encode(model, images):
    mean, component = model
    return (images.reshape(len(images), -1) - mean) @ component


def decode(model, z):
    mean, component = model
    flat = mean + np.outer(z, component)
    return np.clip(flat, 0, 1).reshape(-1, 1, 16, 16)


def phase_histograms(z, labels, bins):
    low, high = min(z), max(z)
    width = (high - low) / bins
    counts = {0: [0] * bins, 1: [0] * bins}
    for code, label in zip(z, labels):
        # The largest code belongs to the last bin.
        counts[label][min(int((code - low) / width), bins - 1)] += 1
    edges = [low + i * width for i in range(bins)] + [high]
    return {"edges": edges, "ordered": counts[1], "disordered": counts[0]}


def classify(z, rule):
    return np.where(np.abs(z - rule["z0"]) > rule["threshold"], 1, 0)


def accuracy(predicted, labels):
    return sum(p == q for p, q in zip(predicted, labels)) / len(labels)


def fit_rule(z, labels):
    # The rule calls an interval disordered: the best one, by Kadane's algorithm.
    order = np.argsort(z)
    codes, gains = z[order], np.where(labels[order] == 0, 1, -1)
    best, current, start, interval = 0, 0, 0, (0, 0)
    for end, gain in enumerate(gains):
        if current <= 0:
            current, start = 0, end
        current += gain
        if current > best:
            best, interval = current, (start, end)
    low, high = codes[interval[0]], codes[interval[1]]
    return {"z0": (low + high) / 2, "threshold": (high - low) / 2}


def relate_to_magnetization(z, m):
    dz, dm = z - z.mean(), m - m.mean()
    slope = (dz @ dm) / (dz @ dz)
    r2 = (dz @ dm) ** 2 / ((dz @ dz) * (dm @ dm))
    rank_z, rank_m = rankdata(z), rankdata(m)
    return {
        "slope": slope,
        "intercept": m.mean() - slope * z.mean(),
        "r2": r2,
        "rank": np.corrcoef(rank_z, rank_m)[0, 1],
    }


def statements():
    return dict(a=False, b=True, c=False, d=True, e=True, f=False, g=False, h=True)
