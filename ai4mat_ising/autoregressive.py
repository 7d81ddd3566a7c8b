"""The plain autoregressive generator: spin after spin in reading order, from all those before.

It knows nothing of the lattice or of scales, which makes it the one to compare `hierarchical` with.
"""

import torch
from torch import nn
from torch.nn.functional import linear, logsigmoid

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.observables import checked_spins
from ai4mat_ising.seeds import independent_seeds

CONFIGURATIONS = 1000  # drawn or judged at a time, so that memory stays bounded


class AutoregressiveGenerator(nn.Module):
    """A variational autoregressive network: masked layers with a connection that skips them.

    Each spin has a logit from the spins before it in reading order: a linear part plus tanh units,
    `width` for each site, masked so that none sees a later spin. `fit_energy` trains it.

    Parameters
    ----------
    size : int
        Side length L of the lattice, at least 2.
    width : int, default 4
        Hidden units per site.
    symmetric : bool, default True
        Leave out all biases, so that the logits are odd and a configuration is as likely as its
        negative. With biases, one of the two signs can be lost below the critical temperature.
    seed : int, default 0
        For the initial weights.

    Attributes
    ----------
    coupling : float or None
        K = J / k_B T at which it was trained last.

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    M. Germain, K. Gregor, I. Murray, H. Larochelle, arXiv:1502.03509 (masks);
    D. Wu, L. Wang, P. Zhang, Phys. Rev. Lett. 122, 080602 (2019).
    """

    def __init__(self, size, width=4, symmetric=True, seed=0):
        super().__init__()
        self.size, self.width = checked_integer("size", size, 2), checked_integer("width", width, 1)
        self.symmetric, self.coupling, sites = bool(symmetric), None, self.size**2
        generator = torch.Generator().manual_seed(checked_integer("seed", seed, 0))
        self.register_buffer("before", torch.tril(torch.ones(sites, sites), -1))
        self.register_buffer("up_to", torch.tril(torch.ones(sites, sites)))
        normal = torch.randn(2, self.width, sites, sites, generator=generator)
        self.into = nn.Parameter(self.before * normal[0] / sites**0.5)
        self.out = nn.Parameter(0.1 * self.up_to * normal[1] / (sites * self.width) ** 0.5)
        self.skip = nn.Parameter(torch.zeros(sites, sites))
        biases = torch.zeros(self.width, sites), torch.zeros(sites)
        if not self.symmetric:
            biases = map(nn.Parameter, biases)
        self.hidden_bias, self.bias = biases

    def set_coupling(self, coupling):
        """Note at which K it is trained; the networks stay as they are."""
        self.coupling = float(coupling)

    def forward(self, flat):
        """Return logits (n, L^2) of spins (n, L^2), each from those before it."""
        logits = linear(flat, self.skip * self.before, self.bias)
        for into, out, bias in zip(self.into, self.out, self.hidden_bias):
            logits = logits + linear(
                torch.tanh(linear(flat, into * self.before, bias)), out * self.up_to
            )
        return logits

    def draw(self, n, generator):
        """Draw configurations, float32 (n, L, L), and their log probability (n,) with gradient."""
        flat = self._drawn(n, generator)
        return flat.reshape(n, self.size, self.size), self._log_q(flat)

    @torch.no_grad()
    def sample(self, n, seed=0):
        """Draw independent configurations, spins -1/+1, int8 (n, L, L).

        Raises RuntimeError before training, ValueError if `n` or `seed` is not an integer of at
        least 0.
        """
        self._check_trained()
        generator = torch.Generator().manual_seed(*independent_seeds(seed, 1))
        spins = torch.empty(checked_integer("n", n, 0), self.size**2, dtype=torch.int8)
        for part in spins.split(CONFIGURATIONS):
            part.copy_(self._drawn(len(part), generator))
        return spins.reshape(-1, self.size, self.size).numpy()

    @torch.no_grad()
    def log_prob(self, spins):
        """Return the log probability of configurations (n, L, L), in nats, float64 (n,).

        Raises RuntimeError before training, ValueError if `spins` is not as described.
        """
        self._check_trained()
        flat = torch.as_tensor(checked_spins(spins, self.size).reshape(-1, self.size**2)).float()
        parts = [self._log_q(part) for part in flat.split(CONFIGURATIONS)]
        return torch.cat(parts).double().numpy()

    def _log_q(self, flat):
        """Return log q (n,) of spins (n, L^2)."""
        return logsigmoid(self(flat) * flat).sum(dim=1)

    @torch.no_grad()
    def _drawn(self, n, generator):
        """Draw spins (n, L^2), site after site; each unit is computed once, when its site comes."""
        sites, width = self.size**2, self.width
        spins, hidden = torch.zeros(sites, n), torch.zeros(sites, width, n)
        uniform = torch.rand(sites, n, generator=generator)
        seen = torch.cat([self.skip[None], self.into]).transpose(0, 1).contiguous()
        out = self.out.permute(1, 2, 0).contiguous()
        for i in range(sites):
            linear_part = seen[i, :, :i] @ spins[:i]
            hidden[i] = torch.tanh(linear_part[1:] + self.hidden_bias[:, i, None])
            from_hidden = out[i, : i + 1].flatten() @ hidden[: i + 1].flatten(0, 1)
            logit = self.bias[i] + linear_part[0] + from_hidden
            spins[i] = torch.where(uniform[i] < logit.sigmoid(), 1.0, -1.0)
        return spins.T.contiguous()

    def _check_trained(self):
        if self.coupling is None:
            raise RuntimeError("the generator must be trained first: call fit_energy(generator, T)")
