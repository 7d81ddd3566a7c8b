"""Several mistakes in one notebook, each of which loses its own points alone.

Arctan forgets the quadrant, blocks are pieces of rows, PCA of standardised values, radii from
(0, 0), one half taken off in space.

Loses: check_tensor, test_order, check_blocks, test_blocks, check_features, test_pca, check_codes,
test_codes, check_space, test_space
"""

import numpy as np
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler


def order_and_director(Q):
    S = 2 * np.linalg.eigvalsh(Q)[:, -1]
    return {"S": S, "director": 0.5 * np.arctan(Q[:, 0, 1] / (Q[:, 0, 0] + 1e-300))}


def block_order(angles, block):
    m = angles.shape[1] // block
    return np.abs(np.exp(2j * angles).reshape(len(angles), m, m, -1).mean(axis=-1))


def principal_codes(seen, new):
    scaler = StandardScaler().fit(seen.reshape(len(seen), -1))
    pca = PCA(2, svd_solver="full").fit(scaler.transform(seen.reshape(len(seen), -1)))
    codes = pca.transform(scaler.transform(new.reshape(len(new), -1)))
    return {"codes": codes, "share": pca.explained_variance_ratio_}


def radius_correlation(codes, S):
    return np.corrcoef(np.hypot(*codes.T), S)[0, 1]


def order_in_space(n):
    Q = np.einsum("kija,kijb->kab", n, n) / n[0, :, :, 0].size - np.eye(3) / 2
    values, vectors = np.linalg.eigh(Q)
    largest, k = np.abs(values).argmax(axis=1), np.arange(len(n))
    return {"S": 1.5 * values[k, largest], "director": vectors[k, :, largest]}
