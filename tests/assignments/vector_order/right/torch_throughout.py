"""PyTorch, in single precision where the input allows it; tensors are returned as they are."""

import numpy as np
import torch


def q_tensor(angles):
    theta = torch.as_tensor(angles).flatten(1)
    n = torch.stack([theta.cos(), theta.sin()], dim=1)
    return (n @ n.mT / theta.shape[1] - torch.eye(2) / 2).float()


def order_and_director(Q):
    values, vectors = torch.linalg.eigh(torch.as_tensor(Q))
    director = torch.atan2(vectors[:, 1, 1], vectors[:, 0, 1])
    return {"S": values[:, 1] - values[:, 0], "director": director}


def block_order(angles, block):
    theta = torch.as_tensor(angles)[:, None]
    parts = torch.cat([(2 * theta).cos(), (2 * theta).sin()], dim=1)
    return torch.nn.functional.avg_pool2d(parts, block).norm(dim=1)


def features(angles, kind):
    theta = torch.as_tensor(np.asarray(angles, dtype=np.float32))
    n = torch.stack([theta.cos(), theta.sin()], dim=1)
    if kind == "products":
        return torch.einsum("kaij,kbij->kabij", n, n).flatten(1, 2)
    return n if kind == "raw" else torch.stack([(2 * theta).cos(), (2 * theta).sin()], dim=1)


def principal_codes(seen, new):
    seen, new = (torch.as_tensor(x).flatten(1) for x in (seen, new))
    mean = seen.mean(0)
    covariance = (seen - mean).T @ (seen - mean) / (len(seen) - 1)
    variances, axes = torch.linalg.eigh(covariance)
    share = variances.flip(0)[:2] / covariance.trace()
    return {"codes": (new - mean) @ axes.flip(1)[:, :2], "share": share}


def radius_correlation(codes, S):
    codes = torch.as_tensor(codes)
    radius = (codes - codes.mean(0)).norm(dim=1)
    return torch.corrcoef(torch.stack([radius, torch.as_tensor(S)]))[0, 1]


def turns(codes):
    a, b = torch.as_tensor(codes[:-1]), torch.as_tensor(codes[1:])
    cross = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
    return torch.atan2(cross, (a * b).sum(1)).sum() / (2 * torch.pi)


def order_in_space(n):
    rods = torch.as_tensor(n).flatten(1, 2)
    Q = rods.mT @ rods / rods.shape[1] - torch.eye(3) / 3
    u, sizes, v = torch.linalg.svd(Q)  # the first has the largest magnitude
    sign = torch.sign((u[:, :, 0] * v[:, 0, :]).sum(1))
    return {"S": 1.5 * sign * sizes[:, 0], "director": u[:, :, 0]}
