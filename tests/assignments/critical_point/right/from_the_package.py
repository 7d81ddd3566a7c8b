"""Lets the package do what it can: importance weights, a bootstrap of row numbers, the reader."""

import numpy as np
import torch
from ai4mat_ising import judging, scaling
from ai4mat_ising.readout import decoder_magnetization


def weights_at(energy, T0, T):
    # Drawn from a model with q proportional to exp(-E / T0).
    return judging.reweight(-energy / T0, energy, T).weights


def averages(y, weights):
    scaled = np.asarray(weights) / np.sum(weights) * len(y)
    second, fourth = np.mean(scaled * y**2), np.mean(scaled * y**4)
    order = np.mean(scaled * np.abs(y))
    return {
        "order": order,
        "fluctuation": second - order**2,
        "cumulant": 2 / 3 + (1 - fourth / second**2) / 3,
    }


def bootstrap_error(statistic, samples, resamples, seed):
    def of_rows(parts):
        return statistic([rows[part[0].astype(int)] for rows, part in zip(samples, parts)])

    numbers = [np.arange(len(rows))[None] for rows in samples]
    values = scaling.bootstrap(of_rows, numbers, resamples, seed)
    return {"error": np.nanstd(values), "missing": np.count_nonzero(values != values)}


class Reader(torch.nn.Module):
    """A model for `decoder_magnetization`."""

    def __init__(self, decode):
        super().__init__()
        self.given = decode
        self.scale = torch.nn.Parameter(torch.ones(1))

    def decode(self, z):
        return torch.as_tensor(np.asarray(self.given(z.numpy())), dtype=torch.float32)


def odd_readout(codes, flipped, decode):
    both = decoder_magnetization(Reader(decode), np.concatenate([codes, flipped]))
    return np.subtract(*np.split(both, 2)) / 2
