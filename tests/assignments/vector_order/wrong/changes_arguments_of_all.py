"""Right numbers, but the arrays of the caller hold others afterwards.

Loses: check_tensor, check_blocks, check_features, check_codes, check_space
"""

import numpy as np


def order_and_director(Q):
    Q *= 2
    S = np.hypot(Q[:, 0, 0], Q[:, 0, 1])
    return {"S": S, "director": np.arctan2(Q[:, 0, 1], Q[:, 0, 0]) / 2}


def block_order(angles, block):
    angles *= 2
    n, L = len(angles), angles.shape[-1]
    z = np.exp(1j * angles).reshape(n, L // block, block, L // block, block)
    return np.abs(z.mean(axis=(2, 4)))


def principal_codes(seen, new):
    mean = seen.mean(axis=0)
    seen -= mean
    new -= mean
    _, sizes, axes = np.linalg.svd(seen.reshape(len(seen), -1), full_matrices=False)
    codes = new.reshape(len(new), -1) @ axes[:2].T
    return {"codes": codes, "share": sizes[:2] ** 2 / (sizes**2).sum()}


def radius_correlation(codes, S):
    codes -= codes.mean(axis=0)
    return np.corrcoef(np.hypot(*codes.T), S)[0, 1]


def turns(codes):
    codes /= np.linalg.norm(codes, axis=1, keepdims=True)
    phase = np.unwrap(np.angle(codes @ [1, 1j]))
    return (phase[-1] - phase[0]) / (2 * np.pi)


def order_in_space(n):
    flat = n.reshape(len(n), -1, 3)
    Q = np.einsum("kja,kjb->kab", flat, flat) / flat.shape[1] - np.eye(3) / 3
    n[n[..., 2] < 0] *= -1
    values, vectors = np.linalg.eigh(Q)
    largest, k = np.abs(values).argmax(axis=1), np.arange(len(n))
    return {"S": 1.5 * values[k, largest], "director": vectors[k, :, largest]}
