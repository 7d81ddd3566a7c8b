"""The hierarchical generator: Ising configurations with a known probability, coarse spins first.

`judging` measures how good it is; Monte Carlo sampling is in `sampling`.
"""

from functools import partial
from math import isqrt

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.observables import checked_spins
from ai4mat_ising.progress import progress_bar
from ai4mat_ising.seeds import independent_seeds
from ai4mat_ising.threads import torch_threads

NEIGHBOURS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0)])
# For each of the four edge sites around a diagonal site: the edge site's other three neighbours.
ACROSS = np.array(
    [edge + other for edge in NEIGHBOURS for other in NEIGHBOURS if (edge + other).any()]
)
# The eight symmetries of the square, as matrices that act on offsets (row, column).
SYMMETRIES = [
    np.diag(signs) @ axes
    for axes in np.array([[(1, 0), (0, 1)], [(0, 1), (1, 0)]])
    for signs in [(1, 1), (1, -1), (-1, 1), (-1, -1)]
]
REACH = 4.5  # radius of the window of known spins, in units of the level's spacing
UNITS = 32  # tanh units of a network, including the images of a unit under symmetries
RATE = 0.01  # of Adam
SITES, CONFIGURATIONS = 8, 256  # an iteration looks at so many sites in so many configurations


class HierarchicalGenerator:
    """A generator with a known probability: a coarse lattice first, then the sites between.

    The sites of a coarse lattice are drawn one by one. Then its spacing is halved again and again:
    each half-step draws some of the new sites, all at once, each from a window of the spins known
    so far (see `half_steps`). A small network gives the probability; it respects the symmetries
    that are known beforehand (see `OddNetwork`).

    The last two half-steps of the finest level need no network: their windows are complete, and
    the conditional probability is known but for the coupling K = J / k_B T. An edge site knows
    its four neighbours: the logit of spin up is 2 K u, u being their sum. A diagonal site, before
    that, knows all spins on the far side of its four edge sites. Summed over its two values, an
    edge spin contributes ln cosh K(u + 1) - ln cosh K(u - 1), u being the sum of its other three
    neighbours. K is found by maximum likelihood: `fit` does not ask for the temperature. These two
    half-steps draw 5/8 of all spins (one half, the edges, if L is not a multiple of 4).

    The same two formulas make better targets for the networks than the spins in the data: the mean
    of a spin, given those around it, has the same expectation and a fraction of the noise. All of
    it works at any temperature, but only for Ising configurations in equilibrium, and those that it
    is trained on must have one temperature in common.
    Introduced in the chapter on generating critical configurations.

    Parameters
    ----------
    size : int
        Side length L of the periodic lattice: base * 2^k with base of at most 5, and at least 2.

    Attributes
    ----------
    coupling : float
        K as found by `fit`.

    Raises
    ------
    ValueError
        If `size` is not as described.

    References
    ----------
    Another hierarchy of this kind: P. Bialas, P. Korcyl, T. Stebel, arXiv:2203.10989.
    """

    def __init__(self, size):
        self.size = checked_integer("size", size, 2)
        if _odd_part(self.size) > 5:
            raise ValueError(
                "size must be base * 2^k with base of at most 5, such as 5, 16, 24 or "
                f"40; got {size}"
            )
        self.coupling = self._steps = None

    def draw(self, n, generator):
        """Draw configurations together with the gradient of their log probability.

        It is what `fit_energy` asks of a model. The networks of an untrained generator are made
        now, and its coupling is then 0.

        Parameters
        ----------
        n : int
        generator : torch.Generator

        Returns
        -------
        spins : torch.Tensor of float32, shape (n, L, L)
            Spins -1/+1.
        log_q : torch.Tensor of float32, shape (n,)
            In nats; its gradient reaches the networks, not the spins.
        """
        if self._steps is None:
            self.coupling = 0.0
            self._steps = [step for step, _ in _new_steps(self.size, self.coupling, generator)]
        state = torch.empty(self.size**2, n, dtype=torch.int8)
        log_q = sum(step.draw(state, generator) for step in self._steps)
        return state.T.reshape(n, self.size, self.size).float(), log_q

    def parameters(self):
        """Yield the parameters of the networks, for an optimiser; none before training."""
        for step in self._steps or []:
            if isinstance(step.conditional, OddNetwork):
                yield from step.conditional.parameters()

    def set_coupling(self, coupling):
        """Set K in the half-steps with a closed form; the networks stay as they are."""
        self.coupling = float(coupling)
        for step in self._trained_steps():
            if isinstance(step.conditional, partial):
                step.conditional = partial(step.conditional.func, self.coupling)

    def fit(self, spins, seed=0, iterations=1000):
        """Train on configurations at one temperature.

        Translations, rotations and reflections of the data are part of the training. It takes a
        fixed number of iterations, whatever the number of configurations, and one thread: more
        would gain nothing on networks this small, and wait for one another on a busy machine.

        Parameters
        ----------
        spins : ndarray, shape (n, L, L)
            Spins -1/+1 in equilibrium.
        seed : int, default 0
            Fixes the result on one machine.
        iterations : int, default 1000
            Of Adam, for each network: the time that training takes.

        Returns
        -------
        HierarchicalGenerator
            Itself. An interrupt (Ctrl-C, or the stop button) leaves it as it was before.

        Raises
        ------
        ValueError
            If an argument is not as described.
        """
        spins = checked_spins(spins, self.size)
        generator = torch.Generator().manual_seed(checked_integer("seed", seed, 0))
        iterations = checked_integer("iterations", iterations, 1)
        # Batches are of successive configurations, which may come from one Markov chain.
        state = _state(spins)[:, torch.randperm(len(spins), generator=generator)]
        coupling = fit_coupling(spins)
        with torch_threads(1):
            steps = _fitted_steps(state, coupling, generator, iterations)
        # Only now, so that an interrupt leaves nothing half done.
        self.coupling, self._steps = coupling, steps
        return self

    @torch.no_grad()
    def sample(self, n, seed=0):
        """Draw independent configurations.

        Parameters
        ----------
        n : int
        seed : int, default 0

        Returns
        -------
        ndarray of int8, shape (n, L, L)
            Spins -1/+1.

        Raises
        ------
        RuntimeError
            If the generator has not been trained.
        ValueError
            If an argument is not as described.
        """
        state = torch.empty(self.size**2, checked_integer("n", n, 0), dtype=torch.int8)
        generator = torch.Generator().manual_seed(*independent_seeds(seed, 1))
        for part in state.split(CONFIGURATIONS, dim=1):
            for step in self._trained_steps():
                step.draw(part, generator)
        return state.T.reshape(-1, self.size, self.size).numpy()

    @torch.no_grad()
    def log_prob(self, spins):
        """Return the log of the probability with which `sample` draws each configuration.

        Parameters
        ----------
        spins : ndarray, shape (n, L, L)
            Spins -1/+1.

        Returns
        -------
        ndarray of float64, shape (n,)
            In nats; the probabilities of all 2^(L^2) configurations add up to 1.

        Raises
        ------
        RuntimeError
            If the generator has not been trained.
        ValueError
            If `spins` is not as described.
        """
        parts = _state(checked_spins(spins, self.size)).split(CONFIGURATIONS, dim=1)
        log_q = [sum(step.log_prob(part) for step in self._trained_steps()) for part in parts]
        return torch.cat(log_q).numpy()

    def _trained_steps(self):
        if self._steps is None:
            raise RuntimeError(
                "the generator must be trained first: call fit(spins), or fit_energy(generator, T)"
            )
        return self._steps


def _closed_forms(coupling):
    """Return offsets and conditional of the half-steps that need no network, by their kind."""
    return {
        "edge": (NEIGHBOURS, partial(edge_logits, coupling)),
        "diagonal": (ACROSS, partial(diagonal_logits, coupling)),
    }


def _new_steps(size, coupling, generator):
    """Yield each half-step, with a new network where it has no closed form, and its window."""
    closed_forms, known = _closed_forms(coupling), np.zeros((size, size), dtype=bool)
    for kind, targets, spacing in half_steps(size):
        if kind in closed_forms:
            offsets, conditional = closed_forms[kind]
        else:
            offsets = _window(known, targets, REACH * spacing)
            conditional = OddNetwork(_symmetries(offsets, size), generator)
        yield _Step(targets, offsets, conditional), offsets
        known |= targets


def _fitted_steps(state, coupling, generator, iterations):
    """Return the half-steps; those without a closed form are trained on a state (L^2, n)."""
    size = isqrt(len(state))
    # The diagonal sites' formula leaves less noise: it holds where no neighbour is known, as in all
    # windows of an even lattice. On fewer than 4 x 4 spins it would meet the spin itself.
    teacher = _closed_forms(coupling)["edge" if size % 4 else "diagonal"]
    steps, number = [], len([*half_steps(size)])
    with progress_bar(number, desc="training", unit="half-step") as bar:
        for step, offsets in _new_steps(size, coupling, generator):
            if isinstance(step.conditional, OddNetwork):
                _train(step.conditional, offsets, teacher, state, generator, iterations)
            steps.append(step)
            bar.update()
    return steps


def half_steps(size):
    """Yield the sites that the hierarchical generator draws together, in order.

    The coarsest lattice, of odd side, goes site by site. Each finer level then has the sites ::

        A h A h
        v D v D      A  known from the coarser level
        A h A h      D  diagonal sites, drawn first
        v D v D      h, v  edge sites, drawn afterwards

    in cells of four. They are drawn in parts, so that sites which depend on each other strongly
    come one after the other. Where a row has an even number of cells, the D are drawn in
    quarters, the h and then the v in halves, in which the cells are numbered ::

        0 2 0 2      0 1 0 1
        3 1 3 1      1 0 1 0
        0 2 0 2      0 1 0 1
        3 1 3 1      1 0 1 0

    but on the finest level quarters 2 and 3 go together, and all edge sites: the conditional
    probability factorises exactly. Where a row has an odd number of cells, there are so many
    parts. Every site of a part sees the known ones at the same offsets.

    Parameters
    ----------
    size : int

    Yields
    ------
    kind : {"learned", "diagonal", "edge"}
        Whether the conditional probability must be learned, or which closed form it has.
    targets : ndarray of bool, shape (L, L)
        The sites.
    spacing : int
        Distance of neighbours on the level's lattice.
    """
    spacing = size // _odd_part(size)
    for corner in np.ndindex(size // spacing, size // spacing):
        yield "learned", _sites(size, np.multiply(corner, spacing), size), spacing
    while spacing > 1:
        spacing //= 2
        yield from _level(size, spacing)


def _level(size, spacing):
    period, cells = 2 * spacing, size // (2 * spacing)
    y, x = np.indices((cells, cells))
    halves = (y + x) % 2
    quarters = 2 * halves + y % 2
    if cells % 2:
        halves = quarters = (2 * y + x) % cells
    D, h, v = (spacing, spacing), (0, spacing), (spacing, 0)
    closed = spacing == 1 and cells % 2 == 0
    for part in range(2 if closed else quarters.max() + 1):
        yield "learned", _sites(size, D, period, quarters == part), spacing
    if closed:
        yield "diagonal", _sites(size, D, period, halves == 1), spacing
    if spacing == 1:
        yield "edge", _sites(size, h, period) | _sites(size, v, period), spacing
        return
    for corner in (h, v):
        for part in range(halves.max() + 1):
            yield "learned", _sites(size, corner, period, halves == part), spacing


def _sites(size, corner, period, cells=True):
    """Return a mask (L, L) of one site in each cell, or in each that `cells` selects."""
    mask = np.zeros((size, size), dtype=bool)
    mask[corner[0] :: period, corner[1] :: period] = cells
    return mask


def _window(known, targets, radius):
    """Return offsets (W, 2) from any target to the known sites around it."""
    size = len(known)
    offsets = (np.argwhere(known) - np.argwhere(targets)[0] + size // 2) % size - size // 2
    return offsets[(offsets**2).sum(axis=1) <= radius**2]


def _symmetries(offsets, size):
    """Return index arrays (S, W): where each symmetry of a window takes each of its sites."""
    where = {tuple(offset): i for i, offset in enumerate(offsets % size)}
    images = [
        [where.get(tuple(image)) for image in offsets @ symmetry % size] for symmetry in SYMMETRIES
    ]
    images = [image for image in images if None not in image]
    return torch.tensor(images, dtype=torch.long)  # an empty window would make them floats


def _around(sites, offsets, size):
    """Return flat indices (W, T) of the sites at offsets (W, 2) from sites (T, 2)."""
    y, x = np.moveaxis((sites + offsets[:, None]) % size, -1, 0)
    return torch.as_tensor(y * size + x)


class _Step:
    """A half-step: where its targets and their windows are, and the conditional probability.

    It works on states, int8 (L^2, n): to fetch a site means to copy a row.
    """

    def __init__(self, targets, offsets, conditional):
        self.targets = torch.as_tensor(np.flatnonzero(targets))
        self.window = _around(np.argwhere(targets), offsets, len(targets))
        self.conditional = conditional

    def logits(self, state):
        """Return logits (T, n) of spin up."""
        known = state[self.window].float()
        return self.conditional(known.flatten(1)).reshape(known.shape[1:])

    def draw(self, state, generator):
        """Draw the targets, in place, and return the log probability (n,) of what was drawn."""
        logits = self.logits(state)
        up = torch.rand(logits.shape, generator=generator) < logits.detach().sigmoid()
        state[self.targets] = 2 * up.to(state) - 1
        return logsigmoid(logits * state[self.targets]).sum(dim=0)

    def log_prob(self, state):
        """Return the log probability (n,) of the spins that the state has at the targets."""
        return logsigmoid(self.logits(state).double() * state[self.targets]).sum(dim=0)


class OddNetwork(nn.Module):
    """Network for the logit of spin up: linear plus a layer of tanh units, without biases.

    Hence it is odd: if all known spins flip, so does the answer. It is averaged over the
    symmetries of its window; in other words, the images of a tanh unit share its weights.

    Parameters
    ----------
    symmetries : torch.Tensor of int, shape (S, W)
        Where each symmetry takes each of the W known spins.
    generator : torch.Generator
        For the initial weights.
    """

    def __init__(self, symmetries, generator):
        super().__init__()
        self.symmetries = symmetries
        images, window = symmetries.shape
        units = UNITS // images
        spread = max(window, 1) ** -0.5  # pre-activations of order 1
        self.hidden = nn.Parameter(spread * torch.randn(units, window, generator=generator))
        self.out = nn.Parameter(0.3 * units**-0.5 * torch.randn(units, generator=generator))
        self.linear = nn.Parameter(torch.zeros(window))

    def forward(self, known):
        """Return logits (B,) from known spins (W, B)."""
        hidden = self.hidden[:, self.symmetries].flatten(0, 1)
        out = self.out.repeat_interleave(len(self.symmetries)) / len(self.symmetries)
        linear = self.linear[self.symmetries].mean(dim=0)
        return out @ torch.tanh(hidden @ known) + linear @ known


@torch.enable_grad()
def _train(network, offsets, teacher, state, generator, iterations):
    """Maximise the likelihood of spins given their windows, anywhere in a state (L^2, n).

    The spins' places are taken by their probabilities given what lies at the teacher's offsets.
    """
    if not len(offsets):
        return  # nothing is known, and up is as likely as down
    size = isqrt(len(state))
    sites = np.argwhere(np.ones((size, size)))
    windows = torch.stack([_around(sites, offsets @ symmetry, size) for symmetry in SYMMETRIES])
    surroundings, teacher_logits = _around(sites, teacher[0], size), teacher[1]
    optimizer = torch.optim.Adam(network.parameters(), RATE, betas=(0.9, 0.95), fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, iterations)
    starts = max(1, state.shape[1] - CONFIGURATIONS + 1)
    for _ in range(iterations):
        start = torch.randint(starts, (), generator=generator)
        block = state[:, start : start + CONFIGURATIONS]
        site = torch.randint(size**2, (SITES,), generator=generator)
        turned = torch.randint(len(SYMMETRIES), (SITES,), generator=generator)
        probability = teacher_logits(block[surroundings[:, site]].float().flatten(1)).sigmoid()
        logits = network(block[windows[turned, :, site].T].float().flatten(1))
        loss = binary_cross_entropy_with_logits(logits, probability)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def edge_logits(coupling, known):
    """Return logits (B,) of edge spins given their neighbours (4, B), as the class explains."""
    return 2 * coupling * known.sum(dim=0)


def diagonal_logits(coupling, known):
    """Return logits (B,) of diagonal spins given those across their edges (12, B), by threes."""
    u = known.reshape(4, 3, -1).sum(dim=1)
    plus, minus = coupling * (u + 1), coupling * (u - 1)
    # ln 2 cosh without overflow.
    return (torch.logaddexp(plus, -plus) - torch.logaddexp(minus, -minus)).sum(dim=0)


def fit_coupling(spins):
    """Fit the coupling K = J / k_B T of Ising configurations, by maximum pseudo-likelihood.

    That is the likelihood of each spin s given its neighbours, 1 / (1 + exp(-2 K s u)) with u
    their sum.

    Parameters
    ----------
    spins : ndarray of int8, shape (n, L, L)
        Spins -1/+1.

    Returns
    -------
    float
        Between -5 and 5, also for data in which all spins are parallel.

    References
    ----------
    J. Besag, The Statistician 24, 179 (1975).
    """
    su = spins * sum(np.roll(spins, tuple(shift), axis=(1, 2)) for shift in NEIGHBOURS)
    values, counts = np.unique(su, return_counts=True)
    shares = counts / su.size
    loss = lambda K: shares @ np.logaddexp(0, -2 * K * values)  # noqa: E731
    return float(minimize_scalar(loss, bounds=(-5, 5), options={"xatol": 1e-8}).x)


def _state(spins):
    """Return spins (n, L, L) as a state, a tensor of int8 (L^2, n)."""
    return torch.as_tensor(spins.reshape(len(spins), -1).T.copy())


def _odd_part(number):
    while number % 2 == 0:
        number //= 2
    return number
