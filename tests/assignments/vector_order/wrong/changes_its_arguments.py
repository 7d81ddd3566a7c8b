"""Folds the angles of the caller in place: raw values computed later are those of other arrows.

Loses: check_tensor, check_features
"""

import numpy as np


def q_tensor(angles):
    angles %= np.pi
    n = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.einsum("kija,kijb->kab", n, n) / angles[0].size - np.eye(2) / 2


def features(angles, kind):
    angles %= 2 * np.pi
    if kind == "doubled":
        angles *= 2
    x, y = np.cos(angles), np.sin(angles)
    return np.stack([x * x, x * y, y * x, y * y] if kind == "products" else [x, y], axis=1)
