"""Doubled angles and linear algebra by NumPy; no function calls another one.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import numpy as np


def q_tensor(angles):
    c, s = np.cos(2 * angles).mean(axis=(1, 2)), np.sin(2 * angles).mean(axis=(1, 2))
    return np.stack([np.stack([c, s], axis=1), np.stack([s, -c], axis=1)], axis=1) / 2


def order_and_director(Q):
    difference, twice = Q[:, 0, 0] - Q[:, 1, 1], 2 * Q[:, 0, 1]
    return {"S": np.hypot(difference, twice), "director": np.arctan2(twice, difference) / 2}


def block_order(angles, block):
    n, L = len(angles), angles.shape[-1]
    z = np.exp(2j * angles).reshape(n, L // block, block, L // block, block)
    return np.abs(z.mean(axis=(2, 4)))


def draw_block_order(sides, curves):
    plt.loglog(sides, np.transpose(list(curves.values())))


def features(angles, kind):
    x, y = np.cos(angles), np.sin(angles)
    if kind == "raw":
        return np.stack([x, y], axis=1)
    if kind == "doubled":
        return np.stack([np.cos(2 * angles), np.sin(2 * angles)], axis=1)
    return np.stack([x * x, x * y, x * y, y * y], axis=1)


def principal_codes(seen, new):
    seen, new = seen.reshape(len(seen), -1), new.reshape(len(new), -1)
    mean = seen.mean(axis=0)
    _, sizes, axes = np.linalg.svd(seen - mean, full_matrices=False)
    return {"codes": (new - mean) @ axes[:2].T, "share": sizes[:2] ** 2 / (sizes**2).sum()}


def radius_correlation(codes, S):
    return np.corrcoef(np.hypot(*(codes - codes.mean(axis=0)).T), S)[0, 1]


def turns(codes):
    phase = np.unwrap(np.angle(codes @ [1, 1j]))
    return (phase[-1] - phase[0]) / (2 * np.pi)


def order_in_space(n):
    S, directors = [], []
    for rods in n.reshape(len(n), -1, 3):
        values, vectors = np.linalg.eigh(rods.T @ rods / len(rods) - np.eye(3) / 3)
        largest = max(range(3), key=lambda i: abs(values[i]))
        S.append(1.5 * values[largest])
        directors.append(vectors[:, largest])
    return {"S": np.array(S), "director": np.array(directors)}
