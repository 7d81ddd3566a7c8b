"""A dense network with the cross entropy as its loss and a training loop of its own."""

import numpy as np
import torch
from torch import nn


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 1))
        self.up = nn.Sequential(nn.Linear(1, 64), nn.ReLU(), nn.Linear(64, 256))


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    model = Dense()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    x = torch.from_numpy(images)
    for _ in range(25):
        for batch in x[torch.randperm(len(x))].split(50):
            logits = model.up(model.down(batch))
            loss = nn.functional.binary_cross_entropy_with_logits(logits, batch.flatten(1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def encode(model, images):
    with torch.no_grad():
        return model.down(torch.from_numpy(images)).squeeze(1).numpy()


def decode(model, z):
    with torch.no_grad():
        logits = model.up(torch.tensor(z, dtype=torch.float32)[:, None])
    return torch.sigmoid(logits).numpy().reshape(len(z), 1, 16, 16)


def fit_rule(z, labels):
    best = (-1, 0, 0)
    for z0 in np.linspace(z.min(), z.max(), 60):
        for threshold in np.linspace(0, np.ptp(z), 80):
            right = ((np.abs(z - z0) > threshold) == labels).mean()
            best = max(best, (right, z0, threshold))
    return {"z0": best[1], "threshold": best[2]}


def relate_to_magnetization(z, m):
    from scipy import stats

    line = stats.linregress(z, m)
    return {
        "slope": line.slope,
        "intercept": line.intercept,
        "r2": line.rvalue**2,
        "rank": stats.spearmanr(z, m)[0],
    }
