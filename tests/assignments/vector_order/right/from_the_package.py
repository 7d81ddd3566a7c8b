"""The complex order of the package, scikit-learn's PCA with its own choice of a solver."""

import numpy as np
from ai4mat_ising.observables import orientational_order
from sklearn.decomposition import PCA


def q_tensor(angles):
    q = orientational_order(angles, p=2)
    return np.moveaxis(np.array([[q.real, q.imag], [q.imag, -q.real]]) / 2, -1, 0)


def order_and_director(Q):
    q = 2 * (Q[:, 0, 0] + 1j * Q[:, 0, 1])
    return {"S": np.abs(q), "director": np.angle(q) / 2 + 5 * np.pi}


def block_order(angles, block):
    if block == 1:  # the package wants two rods or more
        return np.ones_like(angles)
    starts = range(0, angles.shape[1], block)
    rows = []
    for i in starts:
        row = [angles[:, i : i + block, j : j + block] for j in starts]
        rows.append([abs(orientational_order(part, 2)) for part in row])
    return np.array(rows).transpose(2, 0, 1)


def principal_codes(seen, new):
    pca = PCA(n_components=2).fit(seen.reshape(len(seen), -1))
    return {
        "codes": pca.transform(new.reshape(len(new), -1)),
        "share": pca.explained_variance_ratio_,
        "pca": pca,
    }
