"""Training from the energy alone: `fit_energy` lowers the variational free energy, without data.

How good the result is, `variational` measures. Training from configurations is in `hierarchical`.
"""

import math
from dataclasses import dataclass, field
from numbers import Real

import torch

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.progress import progress_bar
from ai4mat_ising.threads import torch_threads

HOT = 0.3  # an untrained generator begins at this share of the coupling, where it is nearly right
REPORT = 20  # iterations from one report of the progress bar to the next


@dataclass
class EnergyHistory:
    """Record of `fit_energy`, one entry per iteration.

    Attributes
    ----------
    coupling : list of float
        K = J / k_B T, which rises while the training anneals.
    free_energy : list of float
        F_q / T in nats per configuration: the mean of ln q + K E over the iteration's samples,
        with E in units of J.
    spread : list of float
        Standard deviation of ln q + K E. It is 0 where q is Boltzmann's distribution, and also
        where q is that distribution on a part of the configurations and 0 elsewhere.
    """

    coupling: list = field(default_factory=list)
    free_energy: list = field(default_factory=list)
    spread: list = field(default_factory=list)


def fit_energy(
    generator, T, *, iterations=1000, samples=500, lr=0.01, anneal=0.4, seed=0, progress=True
):
    """Train a generator on the Ising model's energy, by lowering its variational free energy.

    No configuration is needed, only those that the generator draws itself. The gradient of
    <ln q + E/T>_q is the mean of (ln q + E/T - baseline) grad ln q over them (REINFORCE), with
    their mean as the baseline. The coupling K = 1/T rises linearly from that which the generator
    has to the one that is wanted, and then stays while the rate falls like a cosine. An untrained
    generator begins at 0.3 K. So a second call goes on to another temperature; go from high
    temperatures to low ones, or modes may be lost.

    The loss is blind to modes that are lost: see `variational_free_energy`.
    Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    generator : HierarchicalGenerator or AutoregressiveGenerator
        Trained in place.
    T : float
        Temperature, in units of J / k_B.
    iterations : int, default 1000
        Steps of Adam.
    samples : int, default 500
        Configurations drawn in each iteration, at least 2.
    lr : float, default 0.01
        Adam's rate before it falls.
    anneal : float, default 0.4
        Share of the iterations in which K changes, from 0 (at once) to 1.
    seed : int, default 0
        Fixes the result on one machine, together with the generator's own state.
    progress : bool, default True
        Show a progress bar.

    Returns
    -------
    EnergyHistory
        One entry per finished iteration. Interrupting (Ctrl-C, or the stop button) returns what
        was reached so far: the weights stay as they are, and ``generator.coupling`` says at which
        coupling.

    Raises
    ------
    ValueError
        If an argument is not as described.
    FloatingPointError
        If the loss becomes NaN or infinite. The weights are those from before the offending step.

    References
    ----------
    D. Wu, L. Wang, P. Zhang, Phys. Rev. Lett. 122, 080602 (2019).
    """
    iterations, samples = _checked(generator, T, iterations, samples, lr, anneal)
    random = torch.Generator().manual_seed(checked_integer("seed", seed, 0))
    wanted = 1 / float(T)
    if generator.coupling is None:
        generator.draw(2, random)  # makes the networks
        generator.set_coupling(HOT * wanted)
    began, history = generator.coupling, EnergyHistory()
    optimizer = torch.optim.Adam([*generator.parameters()], lr, betas=(0.9, 0.95), fused=True)
    bar = progress_bar(iterations, desc="training", unit="iteration", shown=progress)
    with torch_threads(1), torch.enable_grad(), bar:
        try:
            for i in range(iterations):
                done = (i + 1) / iterations
                share = min(1, done / anneal) if anneal else 1
                generator.set_coupling(began + (wanted - began) * share)
                for group in optimizer.param_groups:
                    group["lr"] = lr * _rate(i / iterations, anneal)
                _step(generator, optimizer, samples, random, history)
                bar.update()
                if i % REPORT == 0:
                    bar.set_postfix({n: f"{v[-1]:.4f}" for n, v in vars(history).items()})
        except KeyboardInterrupt:
            bar.write(f"Interrupted: kept the weights after {len(history.spread)} iterations.")
    return history


def _step(generator, optimizer, samples, random, history):
    """One iteration: draw, compare with Boltzmann's weights, and move the networks."""
    spins, log_q = generator.draw(samples, random)
    with torch.no_grad():
        excess = log_q + generator.coupling * energies(spins)
        advantage = (excess - excess.mean()) * samples / (samples - 1)
    if not torch.isfinite(excess).all():
        raise FloatingPointError(
            f"ln q + E/T became NaN or infinite in iteration {len(history.spread) + 1}; "
            "try a smaller lr"
        )
    optimizer.zero_grad()
    (advantage * log_q).mean().backward()
    optimizer.step()
    history.coupling.append(generator.coupling)
    history.free_energy.append(float(excess.mean()))
    history.spread.append(float(excess.std()))


def _rate(done, anneal):
    """Return the share of the rate: 1 while K changes, then a cosine that falls to 0."""
    return 0.5 * (1 + math.cos(math.pi * max(0, done - anneal) / (1 - anneal))) if anneal < 1 else 1


def energies(spins):
    """Return the energies (n,) of whole configurations, a tensor (n, L, L), in units of J."""
    return -(spins * (spins.roll(1, 1) + spins.roll(1, 2))).sum(dim=(1, 2))


def _checked(generator, T, iterations, samples, lr, anneal):
    needed = ("draw", "parameters", "set_coupling")
    if not all(callable(getattr(generator, name, None)) for name in needed):
        raise ValueError(
            "generator must be a HierarchicalGenerator, an AutoregressiveGenerator or another with "
            f"methods draw, parameters and set_coupling; got {type(generator).__name__}"
        )
    for name, value in [("T", T), ("lr", lr)]:
        if not isinstance(value, Real) or isinstance(value, bool) or not 0 < value < math.inf:
            raise ValueError(f"{name} must be a positive number, got {value!r}")
    if not isinstance(anneal, Real) or not 0 <= anneal <= 1:
        raise ValueError(f"anneal must lie between 0 and 1, got {anneal!r}")
    return checked_integer("iterations", iterations, 1), checked_integer("samples", samples, 2)
