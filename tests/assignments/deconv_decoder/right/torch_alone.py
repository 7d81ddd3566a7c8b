"""Torch for everything: a module of one's own, a training loop of one's own, stamps folded back."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from ai4mat_ising import exact


def folded(x, weight, bias=None):
    """Stamp onto a lattice with room for the overhang, then fold that back."""
    h, w = 2 * x.shape[2], 2 * x.shape[3]
    wide = F.conv_transpose2d(x, weight, stride=2)
    out = torch.zeros(*wide.shape[:2], h, w)
    for y in range(wide.shape[2]):
        for x_ in range(wide.shape[3]):
            out[:, :, (y - 1) % h, (x_ - 1) % w] += wide[:, :, y, x_]
    return out if bias is None else out + bias[:, None, None]


class Doubling(nn.Module):
    def __init__(self, channels_in, channels_out):
        super().__init__()
        self.layer = nn.ConvTranspose2d(channels_in, channels_out, 4, stride=2, padding=3)

    def forward(self, x):
        x = torch.cat([x[:, :, -1:], x, x[:, :, :1]], dim=2)
        return self.layer(torch.cat([x[..., -1:], x, x[..., :1]], dim=3))


class Network(nn.Module):
    def __init__(self, size, deconvolutional):
        super().__init__()
        self.size, self.deconvolutional = size, deconvolutional
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(size**2, 48), nn.ELU(),
                                     nn.Linear(48, 4))
        if deconvolutional:
            self.features = nn.Sequential(nn.Linear(2, 12 * (size // 4) ** 2), nn.ELU())
            self.upper, self.lower = Doubling(12, 12), Doubling(12, 1)
        else:
            self.decoder = nn.Sequential(nn.Linear(2, 48), nn.ELU(), nn.Linear(48, size**2))

    def first(self, z):
        return self.features(z).reshape(len(z), 12, self.size // 4, self.size // 4)

    def second(self, features):
        return self.lower(F.elu(self.upper(features)))

    def decode(self, z):
        if self.deconvolutional:
            return self.second(self.first(z))
        return self.decoder(z).reshape(-1, 1, self.size, self.size)


def train_vae(images, decoder, seed):
    torch.manual_seed(seed)
    x = torch.from_numpy(images)
    network = Network(x.shape[-1], decoder == "deconv")
    steps = 220 if len(x) > 500 else 30
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        batch = x[torch.randint(len(x), (128,))]
        mean, log_variance = network.encoder(batch).chunk(2, 1)
        z = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        kl = 0.5 * (mean**2 + log_variance.exp() - 1 - log_variance).sum()
        cost = F.binary_cross_entropy_with_logits(network.decode(z), batch, reduction="sum")
        optimizer.zero_grad()
        ((cost + kl) / len(batch)).backward()
        optimizer.step()
        schedule.step()
    return network


def logits(model, z):
    return model.decode(torch.as_tensor(z).float())


def code_to_features(model, z):
    return model.first(torch.as_tensor(z).float())


def features_to_logits(model, features):
    return model.second(torch.as_tensor(features).float())


def periodic_deconvolution(features, weight):
    return folded(torch.as_tensor(features), torch.as_tensor(weight))


def draw_spins(p, seed):
    generator = torch.Generator().manual_seed(int(seed))
    return 2 * torch.bernoulli(torch.as_tensor(p).double(), generator=generator)[:, 0] - 1


@torch.no_grad()
def generate(model, n, seed):
    generator = torch.Generator().manual_seed(seed)
    h = logits(model, torch.randn(n, 2, generator=generator))
    return 2 * torch.bernoulli(h.sigmoid(), generator=generator).squeeze(1).int() - 1


def log_mixture(log_weights, logits, spins):
    h, s = torch.as_tensor(logits).double(), torch.as_tensor(spins).double()
    costs = F.softplus(h).sum(1) - ((1 + s) / 2) @ h.T
    return torch.logsumexp(torch.as_tensor(log_weights) - costs, 1)


def plane():
    axis = torch.linspace(-4.8, 4.8, 65)
    z = torch.cartesian_prod(axis, axis)
    return z, torch.log_softmax(-(z.double() ** 2).sum(1) / 2, 0)


@torch.no_grad()
def log_probability(model, spins, sites):
    z, log_weights = plane()
    h = logits(model, z).squeeze(1)[:, torch.as_tensor(sites)]
    return log_mixture(log_weights, h, spins[:, sites])


def nats_above(log_q, size, T):
    return -torch.as_tensor(log_q).double().mean() - size**2 * exact.entropy(T, L=size)


def expected_correlation(logits):
    mean = torch.tanh(torch.as_tensor(logits).squeeze(1) / 2)
    g = [torch.tensor(1.0)]
    for r in range(1, mean.shape[-1] // 2 + 1):
        g.append(((mean * mean.roll(-r, 1)).mean() + (mean * mean.roll(-r, 2)).mean()) / 2)
    return torch.stack(g)


def only_m_correlation(spins):
    total = torch.as_tensor(spins).double().flatten(1).sum(1)
    N = math.prod(spins.shape[1:])
    return ((total**2 - N) / (N * N - N)).mean()


def fields(spins):
    s = torch.as_tensor(spins).double()[:, None]
    cross = torch.tensor([[0.0, 1, 0], [1, 0, 1], [0, 1, 0]]).double()[None, None]
    return F.conv2d(F.pad(s, (1, 1, 1, 1), mode="circular"), cross)[:, 0]


def colour(spins):
    i = torch.arange(spins.shape[-1])
    return (i[:, None] + i) % 2


def redraw_black(spins, T, seed):
    generator = torch.Generator().manual_seed(seed)
    new = 2 * torch.bernoulli(torch.sigmoid(2 * fields(spins) / T), generator=generator) - 1
    return torch.where(colour(spins) == 0, torch.as_tensor(spins).double(), new)


def black_nats(spins, T):
    costs = F.softplus(-2 * torch.as_tensor(spins) * fields(spins) / T)
    return (costs * colour(spins)).sum((1, 2))


def hybrid_log_probability(model, spins, T):
    return log_probability(model, spins, colour(spins).numpy() == 0) - black_nats(spins, T)
