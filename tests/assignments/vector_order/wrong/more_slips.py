"""Several mistakes in one notebook, each of which loses its own points alone.

Sums for means, the phase for the director, blocks transposed, new configurations centred by
their own mean, turns and S in space without their signs.

Loses: check_tensor, test_tensor, test_order, check_blocks, test_blocks, check_features, test_pca,
check_codes, test_codes, check_space, test_space
"""

import numpy as np
from sklearn.decomposition import PCA


def q_tensor(angles):
    n = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return np.einsum("kija,kijb->kab", n, n) - np.eye(2) / 2


def order_and_director(Q):
    S = 2 * np.linalg.eigvalsh(Q)[:, -1]
    return {"S": S, "director": np.arctan2(Q[:, 0, 1], Q[:, 0, 0])}


def block_order(angles, block):
    n, L, _ = angles.shape
    z = np.exp(2j * angles).reshape(n, L // block, block, L // block, block)
    return np.abs(z.mean(axis=(2, 4))).transpose(0, 2, 1)


def principal_codes(seen, new):
    pca = PCA(2, svd_solver="full").fit(seen.reshape(len(seen), -1))
    new = new.reshape(len(new), -1)
    codes = (new - new.mean(axis=0)) @ pca.components_.T
    return {"codes": codes, "share": pca.explained_variance_ratio_}


def turns(codes):
    phase = np.unwrap(np.arctan2(codes[:, 1], codes[:, 0]))
    return abs(phase[-1] - phase[0]) / (2 * np.pi)


def order_in_space(n):
    Q = np.einsum("kija,kijb->kab", n, n) / n[0, :, :, 0].size - np.eye(3) / 3
    values, vectors = np.linalg.eigh(Q)
    largest, k = np.abs(values).argmax(axis=1), np.arange(len(n))
    return {"S": 1.5 * np.abs(values[k, largest]), "director": vectors[k, :, largest]}
