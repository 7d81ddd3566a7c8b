"""The variational autoregressive network (VAN) of Wu, Wang and Zhang as published, a peer of ours.

Network, training and defaults are those with which the authors' `reproduce.sh` trains one of its
two dense networks (MADE) on the ferromagnet: ``--net made --net_depth 3 --net_width 4 --bias --z2
--beta_anneal 0.998 --clip_grad 1``, there at L = 16 and beta = 0.1, 0.2, ... 1. The other has
twice as many layers of half the width, and skips. One thing differs. Sampling computes of each
layer only what the next site needs; theirs passes the lattice through the whole network for each
site. The distribution is the same.

The script also trains masked convolutions (PixelCNN) of 64 channels and 13 x 13 sites. They are too
much for two cores. At L = 16 a pass of one configuration takes 256 x 64 x 64 x 13 x 13 = 1.8e8
multiplications in the second layer alone, where the dense network takes 1.6e6 in all. Training on
s and -s takes six passes of 1000 configurations a step (the gradient counts as two), 1.1e12
multiplications, and sampling as published 256 more. A mask's zeros are multiplied in both networks.

``python -m benchmarks.van 16`` trains on 16 x 16 spins at Tc, about an hour of one core.

D. Wu, L. Wang, P. Zhang, Phys. Rev. Lett. 122, 080602 (2019);
https://github.com/wdphy16/stat-mech-van, folder src_ising.
"""

import math
import sys
from functools import partial

import torch
from torch import nn
from torch.nn.functional import linear
from tqdm import tqdm

from ai4mat_ising.energy_training import energies
from ai4mat_ising.seeds import independent_seeds
from ai4mat_ising.threads import torch_threads
from benchmarks.gap import TC, print_head, print_row

WIDTH, SLOPE = 4, 0.5
STEPS, BATCH, RATE, ANNEAL, CLIP = 10_000, 1000, 1e-3, 0.998, 1
TINY = 1e-7  # keeps logarithms finite


class MaskedLinear(nn.Linear):
    """A layer from channels of sites to channels of sites, which lie channel by channel."""

    def __init__(self, sites, channels_in, channels_out, diagonal):
        super().__init__(channels_in * sites, channels_out * sites)
        self.shape = channels_out, sites, channels_in, sites
        mask = torch.tril(torch.ones(sites, sites), diagonal).repeat(channels_out, channels_in)
        self.register_buffer("mask", mask)
        with torch.no_grad():
            self.weight *= mask * (mask.numel() / mask.sum()).sqrt()

    def forward(self, x):
        return linear(x, self.mask * self.weight, self.bias)

    def of_sites(self):
        """Return weights (site, channel, earlier site, its channel) and biases (site, channel)."""
        weights = (self.mask * self.weight).reshape(self.shape).permute(1, 0, 3, 2)
        return weights.contiguous(), self.bias.reshape(self.shape[:2]).T


class VAN(nn.Module):
    """The dense network. A configuration and its negative share the mean of what it gives them."""

    def __init__(self, size, seed=0):
        super().__init__()
        torch.manual_seed(seed)
        self.size, sites = size, size**2
        self.net = nn.Sequential(
            MaskedLinear(sites, 1, WIDTH, diagonal=-1),
            nn.PReLU(WIDTH * sites, init=SLOPE),
            MaskedLinear(sites, WIDTH, WIDTH, diagonal=0),
            nn.PReLU(WIDTH * sites, init=SLOPE),
            MaskedLinear(sites, WIDTH, 1, diagonal=0),
        )

    def draw(self, n, generator):
        """Draw configurations, float32 (n, L, L), and their log probability (n,) with gradient."""
        spins = self._drawn(n, generator)
        return spins, self._log_q(spins)

    def sample(self, n, seed=0):
        """Draw configurations, spins -1/+1, int8 (n, L, L)."""
        generator = torch.Generator().manual_seed(*independent_seeds(seed, 1))
        return self._drawn(n, generator).char().numpy()

    @torch.no_grad()
    def log_prob(self, spins):
        """Return the log probability of configurations (n, L, L), in nats, float64 (n,)."""
        return self._log_q(torch.as_tensor(spins).float()).double().numpy()

    def _log_q(self, spins):
        flat = torch.cat([spins, -spins]).flatten(1)
        log_q = torch.log(torch.sigmoid(self.net(flat) * flat) + TINY).sum(dim=1)
        return torch.logsumexp(log_q.reshape(2, -1), dim=0) - math.log(2)

    @torch.no_grad()
    def _drawn(self, n, generator):
        """Draw spins (n, L, L), site after site, then turn each configuration over or not."""
        sites = self.size**2
        layers = [layer.of_sites() for layer in self.net[::2]]
        slopes = [unit.weight.reshape(WIDTH, sites).T[..., None] for unit in self.net[1::2]]
        spins, *hidden = values = [torch.zeros(sites, c, n) for c in (1, WIDTH, WIDTH)]
        uniform = torch.rand(sites, n, generator=generator)
        for i in range(sites):
            for k, ((weights, biases), known) in enumerate(zip(layers, values)):
                x = weights[i, :, : i + 1].flatten(1) @ known[: i + 1].flatten(0, 1)
                x += biases[i, :, None]
                if k < len(hidden):
                    hidden[k][i] = torch.where(x > 0, x, slopes[k][i] * x)
            spins[i] = torch.where(uniform[i] < x.sigmoid(), 1.0, -1.0)
        turned = 2 * torch.randint(2, (n, 1), generator=generator) - 1
        return (turned * spins[:, 0].T).reshape(n, self.size, self.size)


def train(network, steps=STEPS, seed=0, progress=False):
    """Train at Tc as published. With fewer steps the coupling rises faster in proportion."""
    random, parameters = torch.Generator().manual_seed(seed), [*network.parameters()]
    optimizer, anneal = torch.optim.Adam(parameters, RATE), ANNEAL ** (STEPS / steps)
    with torch_threads(1):
        for step in tqdm(range(steps + 1), unit="step", disable=not progress):  # as they count
            spins, log_q = network.draw(BATCH, random)
            with torch.no_grad():
                excess = log_q + (1 - anneal**step) / TC * energies(spins)
            optimizer.zero_grad()
            ((excess - excess.mean()) * log_q).mean().backward()
            nn.utils.clip_grad_norm_(parameters, CLIP)
            optimizer.step()


if __name__ == "__main__":
    print_head()
    for L in map(int, sys.argv[1:] or ["8"]):
        print_row(f"VAN as published, L = {L}", VAN(L), partial(train, progress=True))
