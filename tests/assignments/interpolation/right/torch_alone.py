"""A dense network with the cross entropy and a loop of its own; torch everywhere, NumPy nowhere."""

import torch
from torch import nn


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.Sequential(nn.Flatten(), nn.Linear(256, 64), nn.ReLU(), nn.Linear(64, 2))
        self.decode = nn.Sequential(
            nn.Linear(2, 64), nn.ReLU(), nn.Linear(64, 256), nn.Sigmoid(),
            nn.Unflatten(1, (1, 16, 16)),
        )


def train_autoencoder(images, seed):
    torch.manual_seed(seed)
    model = Dense()
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    x = torch.from_numpy(images)
    for _ in range(25):
        for batch in x[torch.randperm(len(x))].split(50):
            loss = nn.functional.binary_cross_entropy(model.decode(model.encode(batch)), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def choose_ends(m, labels, kind):
    m, ordered = torch.as_tensor(m), torch.as_tensor(labels) == 1
    far = torch.full_like(m, 9.0)
    if kind == "phases":
        start = torch.where(ordered, -m.abs(), far).argmin()
        return torch.stack([start, torch.where(ordered, far, m.abs()).argmin()])
    low, high = torch.where(ordered, m, far), torch.where(ordered, m, -far)
    return torch.stack([low.argmin(), high.argmax()])


@torch.no_grad()
def code_path(model, start, end, steps):
    first, last = model.encode(torch.stack([torch.tensor(start), torch.tensor(end)]))
    codes = torch.lerp(first, last, torch.linspace(0, 1, steps)[:, None])
    return {"codes": codes, "images": model.decode(codes)}


def averages(p):
    mu = torch.as_tensor(p).double() * 2 - 1
    around = nn.functional.pad(mu, (0, 1, 0, 1), mode="circular")
    products = mu * (around[..., 1:, :-1] + around[..., :-1, 1:])
    return {"magnetization": mu.mean((1, 2, 3)), "energy": -products.mean((1, 2, 3))}


def draw_configurations(p, n, seed):
    generator = torch.Generator().manual_seed(seed)
    p = torch.as_tensor(p).expand(n, -1, -1)
    return torch.bernoulli(p, generator=generator).mul(2).sub(1)


def neighbour_covariance(spins):
    spins = torch.as_tensor(spins).double()
    mean = spins.mean(0, keepdim=True)
    both = sum((spins * spins.roll(1, i)).mean() - (mean * mean.roll(1, i)).mean() for i in (1, 2))
    return both / 2


def nearest(points, pool, k, exclude):
    points, pool = (torch.as_tensor(x).double().flatten(1) for x in (points, pool))
    distance = torch.cdist(points, pool)
    distance[:, torch.as_tensor(exclude)] = torch.inf
    return distance.topk(k, largest=False).indices


def wall_path(size, steps):
    ups = torch.arange(steps) * size**2 // (steps - 1)
    return torch.where(torch.arange(size**2) < ups[:, None], 1, -1).view(steps, size, size)
