"""Each function from the earlier ones: blocks from tensors, all features from raw components."""

import numpy as np
from sklearn.decomposition import TruncatedSVD


def q_tensor(angles):
    c, s = np.cos(angles), np.sin(angles)
    products = [[(a * b).mean(axis=(1, 2)) for a in (c, s)] for b in (c, s)]
    return np.transpose(products, (2, 0, 1)) - np.diag([0.5, 0.5])


def order_and_director(Q):
    values, vectors = np.linalg.eigh(Q)
    along = vectors[..., values.argmax(axis=1)[0]]
    return {"S": np.ptp(values, axis=1), "director": np.arctan2(along[:, 1], along[:, 0])}


def block_order(angles, block):
    m = angles.shape[1] // block
    columns = np.concatenate(np.split(angles, m, axis=2))
    blocks = np.concatenate(np.split(columns, m, axis=1))
    S = order_and_director(q_tensor(blocks))["S"]
    return S.reshape(m, m, len(angles)).transpose(2, 0, 1)


def features(angles, kind):
    raw = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    if kind == "raw":
        return raw
    if kind == "doubled":
        return features(2 * angles, "raw")
    return np.concatenate([raw * raw[:, :1], raw * raw[:, 1:]], axis=1)


def principal_codes(seen, new):
    centre = seen.mean(axis=0, keepdims=True)
    rows = (seen - centre).reshape(len(seen), -1)
    svd = TruncatedSVD(2, algorithm="arpack").fit(rows)
    share = svd.transform(rows).var(axis=0) / rows.var(axis=0).sum()
    return {"codes": svd.transform((new - centre).reshape(len(new), -1)), "share": share}
