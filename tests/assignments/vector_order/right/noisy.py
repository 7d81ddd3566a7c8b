"""Prints and warns: untidy, but right."""

import sys
import warnings

import numpy as np
from scipy.linalg import eigh
from scipy.stats import pearsonr


def q_tensor(angles):
    print("computing", len(angles), "tensors", file=sys.stderr)
    angles = angles % np.pi
    n = np.array([np.cos(angles), np.sin(angles)])
    return np.mean(n[:, None] * n[None], axis=(-1, -2)).transpose(2, 0, 1) - 0.5 * np.identity(2)


def order_and_director(Q):
    warnings.warn("rods have no heads", stacklevel=1)
    results = [eigh(q, subset_by_index=[1, 1]) for q in Q]
    return {
        "S": np.array([2 * values[0] for values, _ in results]),
        "director": np.array([np.arctan2(-v[1, 0], -v[0, 0]) for _, v in results]),
    }


def principal_codes(seen, new):
    mean = seen.mean(axis=0)
    seen, new = (x.reshape(len(x), -1) for x in (seen - mean, new - mean))
    # Configurations against configurations: small when there are few of them.
    values, vectors = np.linalg.eigh(seen @ seen.T)
    axes = seen.T @ vectors[:, :-3:-1] / np.sqrt(values[:-3:-1])
    return {"codes": -new @ axes, "share": values[:-3:-1] / values.sum()}


def radius_correlation(codes, S):
    centred = codes - codes.mean(axis=0)
    return pearsonr(np.sqrt((centred**2).sum(axis=1)), S).statistic


def turns(codes):
    angle = np.arctan2(codes[:, 1], codes[:, 0])
    steps = (np.diff(angle) + np.pi) % (2 * np.pi) - np.pi
    return int(round(steps.sum() / (2 * np.pi)))


def order_in_space(n):
    Q = np.tensordot(n, np.eye(3), 1)
    Q = np.mean(Q[..., :, None] * n[..., None, :], axis=(1, 2)) - np.eye(3) / 3
    values, vectors = np.linalg.eig(Q)
    k = np.abs(values).argmax(axis=1)
    return {
        "S": np.take_along_axis(values, k[:, None], 1)[:, 0] * 3 / 2,
        "director": -np.take_along_axis(vectors, k[:, None, None], 2)[:, :, 0],
    }
