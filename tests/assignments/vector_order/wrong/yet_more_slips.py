"""Several mistakes in one notebook, each of which loses its own points alone.

X and y swapped, an angle from its cosine, blocks of mean arrows, PCA of the new configurations,
arctan2(x, y), the eigenvalue for S in space.

Loses: check_tensor, test_tensor, test_order, check_blocks, test_blocks, check_features, test_pca,
check_codes, test_codes, check_space, test_space
"""

import numpy as np


def q_tensor(angles):
    n = np.stack([np.sin(angles), np.cos(angles)], axis=-1)
    return np.einsum("kija,kijb->kab", n, n) / angles[0].size - np.eye(2) / 2


def order_and_director(Q):
    S = 2 * np.linalg.eigvalsh(Q)[:, -1]
    return {"S": S, "director": np.arccos(np.clip(2 * Q[:, 0, 0] / S, -1, 1)) / 2}


def block_order(angles, block):
    n, L, _ = angles.shape
    z = np.exp(1j * angles).reshape(n, L // block, block, L // block, block)
    return np.abs(z.mean(axis=(2, 4)))


def principal_codes(seen, new):
    new = new.reshape(len(new), -1)
    centred = new - new.mean(axis=0)
    _, sizes, axes = np.linalg.svd(centred)
    sizes = np.append(sizes, [0, 0])
    total = max((sizes**2).sum(), 1e-12)
    return {"codes": centred @ axes[:2].T, "share": sizes[:2] ** 2 / total}


def turns(codes):
    phase = np.unwrap(np.arctan2(codes[:, 0], codes[:, 1]))
    return (phase[-1] - phase[0]) / (2 * np.pi)


def order_in_space(n):
    Q = np.einsum("kija,kijb->kab", n, n) / n[0, :, :, 0].size - np.eye(3) / 3
    values, vectors = np.linalg.eigh(Q)
    largest, k = np.abs(values).argmax(axis=1), np.arange(len(n))
    return {"S": values[k, largest], "director": vectors[k, :, largest]}
