"""PyTorch in double precision; tensors are returned as they are."""

import numpy as np
import torch


def weights_at(energy, T0, T):
    return torch.softmax(torch.as_tensor(energy).double() * (1 / T0 - 1 / T), dim=0)


def averages(y, weights):
    y, p = torch.as_tensor(y).double(), torch.as_tensor(weights).double()
    p = p / p.sum()
    powers = (p * y.abs() ** torch.arange(5)[:, None]).sum(dim=1)
    return {
        "order": powers[1],
        "fluctuation": powers[2] - powers[1] ** 2,
        "cumulant": 1 - powers[4] / powers[2] ** 2 / 3,
    }


def bootstrap_error(statistic, samples, resamples, seed):
    torch.manual_seed(seed)
    values = torch.tensor(
        [
            statistic([rows[torch.randint(len(rows), (len(rows),)).numpy()] for rows in samples])
            for _ in range(resamples)
        ]
    )
    missing = values.isnan()
    return {"error": values[~missing].std(), "missing": missing.sum()}


def peak(T, y):
    i = int(torch.as_tensor(y.copy()).argmax())
    if i in (0, len(y) - 1):
        return {"T": torch.tensor(torch.nan), "height": torch.tensor(torch.nan)}
    t = torch.as_tensor(T[i - 1 : i + 2] - T[i])
    matrix = torch.stack([t**2, t, torch.ones(3)], dim=1)
    a, b, c = torch.linalg.solve(matrix, torch.as_tensor(y[i - 1 : i + 2].copy()))
    return {"T": T[i] - b / a / 2, "height": c - b * b / a / 4}


def extrapolate(sizes, T_peak, errors, nu):
    L, T, sigma = (torch.as_tensor(part).double() for part in (sizes, T_peak, errors))
    matrix = torch.stack([torch.ones_like(L), L ** (-1 / nu)], dim=1) / sigma[:, None]
    covariance = torch.linalg.inv(matrix.T @ matrix)
    Tc, a = covariance @ matrix.T @ (T / sigma)
    return {"Tc": Tc, "a": a, "error": covariance[0, 0].sqrt()}


def odd_readout(codes, flipped, decode):
    both = torch.as_tensor(np.asarray(decode(torch.as_tensor(np.concatenate([codes, flipped])))))
    return (2 * both.double() - 1).flatten(1).mean(dim=1).reshape(2, -1).diff(dim=0)[0] / -2
