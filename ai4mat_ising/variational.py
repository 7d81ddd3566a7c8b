"""Free energies from a generator with a known probability, without any data.

`energy_training` trains one. Boltzmann's distribution is p(s) = exp(-E(s)/T) / Z, and all that one
needs of a generator is to draw from q and to know ln q of what it has drawn.
"""

import warnings
from typing import NamedTuple

import numpy as np

from ai4mat_ising import exact
from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.judging import Estimate, reweight
from ai4mat_ising.observables import energy_per_spin, magnetization
from ai4mat_ising.seeds import independent_seeds

SIGMAS = 5  # a share of positive m so far from one half happens by chance once in two million
SPARSE = 100  # with fewer samples' worth of weight, the error of ln Z is not to be trusted


class VariationalFreeEnergy(NamedTuple):
    """Result of `variational_free_energy`. It prints as an `Estimate` after a "<".

    Attributes
    ----------
    value, error : float
        F_q per spin in units of J, and its standard error.
    kind : str
        Always "upper bound": Gibbs' bound, F_q >= F for every q.
    """

    value: float
    error: float
    kind: str = "upper bound"

    def __str__(self):
        return "<" + str(Estimate(self.value, self.error))


class LogPartition(NamedTuple):
    """Result of `log_partition_by_sampling`.

    Attributes
    ----------
    value, error : float
        ln Z / N, as `exact.log_partition` returns it, and its standard error.
    ess : float
        Effective sample size per sample, as in `reweight`, with the same blind spot.
    """

    value: float
    error: float
    ess: float

    def __str__(self):
        return str(Estimate(self.value, self.error))


def variational_free_energy(model, T, *, n=10_000, seed=0):
    """Measure the variational free energy F_q = <E>_q - T S_q, an upper bound of the free energy.

    It is Gibbs' bound (also called after Bogoliubov and Feynman); with the sign turned it is the
    evidence lower bound of variational autoencoders. F_q - F is T times the Kullback-Leibler
    divergence D(q || p). The estimate is unbiased, and its error vanishes as q comes to p.

    The bound is loose by only T ln k where q is p on one of k modes of equal weight, and 0 on the
    others. Neither the error nor an effective sample size shows that, because no sample of q ever
    visits the lost modes. What can be seen is looked for: configurations and their negatives are
    equally likely, and a warning comes if one sign of m is drawn too often for that.
    Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    model : HierarchicalGenerator or AutoregressiveGenerator
        Or another with methods ``sample(n, seed)`` and ``log_prob(spins)``.
    T : float
        Temperature, in units of J / k_B.
    n : int, default 10_000
        Configurations to draw, at least 2.
    seed : int, default 0

    Returns
    -------
    VariationalFreeEnergy

    Raises
    ------
    ValueError
        If an argument is not as described.

    Warns
    -----
    RuntimeWarning
        If the signs of the magnetization show that q has lost the symmetry of p.
    """
    excess, sites = _excess(model, T, n, seed)
    return VariationalFreeEnergy(*(T / sites * x for x in _mean(excess)))


def nats_above_free_energy(model, T, *, n=10_000, seed=0):
    """Measure how far F_q lies above Kaufman's free energy: (F_q - F) / T, per configuration.

    It is the Kullback-Leibler divergence D(q || p), the reverse of that which `nats_above_entropy`
    measures. Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    model : HierarchicalGenerator or AutoregressiveGenerator
        Or another with methods ``sample(n, seed)`` and ``log_prob(spins)``.
    T : float
        Temperature, in units of J / k_B.
    n : int, default 10_000
        Configurations to draw, at least 2.
    seed : int, default 0

    Returns
    -------
    Estimate
        In nats.

    Raises
    ------
    ValueError
        If an argument is not as described.

    Warns
    -----
    RuntimeWarning
        As `variational_free_energy` does.
    """
    excess, sites = _excess(model, T, n, seed)
    value, error = _mean(excess)
    return Estimate(value + sites * exact.log_partition(T, round(sites**0.5)), error)


def log_partition_by_sampling(model, T, *, n=10_000, seed=0):
    """Estimate ln Z / N by importance sampling: Z is the mean of exp(-E/T) / q over samples of q.

    The mean is unbiased for Z if q reaches every configuration; its logarithm is too small by half
    the square of its error. If q has lost modes, ln Z comes out too small by the logarithm of the
    share that is left, and neither the error nor the effective sample size can tell: ``ess`` near
    1 means that q is right where it draws, and says nothing of where it does not.
    Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    model : HierarchicalGenerator or AutoregressiveGenerator
        Or another with methods ``sample(n, seed)`` and ``log_prob(spins)``.
    T : float
        Temperature, in units of J / k_B.
    n : int, default 10_000
        Configurations to draw, at least 2.
    seed : int, default 0

    Returns
    -------
    LogPartition

    Raises
    ------
    ValueError
        If an argument is not as described.

    Warns
    -----
    RuntimeWarning
        As `variational_free_energy` does, and if the weights rest on so few samples that their
        error is not to be trusted.
    """
    excess, sites = _excess(model, T, n, seed)
    shift = excess.min()
    weights = np.exp(shift - excess)
    error = weights.std(ddof=1) / weights.mean() / np.sqrt(n)
    ess = float(weights.mean() ** 2 / (weights**2).mean())
    if n * ess < SPARSE:
        warnings.warn(
            f"the weights rest on about {n * ess:.0f} of {n} samples: take more samples, or train "
            "the model longer",
            RuntimeWarning,
            stacklevel=2,
        )
    value = np.log(weights.mean()) - shift
    return LogPartition(float(value) / sites, float(error) / sites, ess)


class IndependenceChain(NamedTuple):
    """Result of `independence_metropolis`.

    Attributes
    ----------
    index : ndarray of int, shape (n,)
        Which sample the chain is at after each proposal: ``spins[index]`` is the chain.
    acceptance : float
        Share of the proposals that were accepted.
    """

    index: np.ndarray
    acceptance: float


def independence_metropolis(log_q, energies, T, *, seed=0):
    """Run Metropolis' algorithm with a model's independent samples as proposals.

    A proposal s' is accepted with probability min(1, w(s') / w(s)), where w = exp(-E/T) / q. The
    chain has Boltzmann's distribution in equilibrium, however bad the model, provided that q
    reaches every configuration; a sample of large weight is kept for long. It begins at the first
    sample. Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    log_q : array_like, shape (n,)
        Logarithm of the model's probability of each of its samples, in nats.
    energies : array_like, shape (n,)
        Energy of each whole configuration, L^2 times that per spin, in units of J.
    T : float
        Temperature, in units of J / k_B.
    seed : int, default 0

    Returns
    -------
    IndependenceChain

    Raises
    ------
    ValueError
        If an argument is not as described.

    References
    ----------
    W. K. Hastings, Biometrika 57, 97 (1970); with networks: K. A. Nicoli et al., Phys. Rev. E 101,
    023304 (2020).
    """
    weights = reweight(log_q, energies, T).weights  # checks them
    log_w = -np.asarray(energies, dtype=float) / T - np.asarray(log_q, dtype=float)
    log_u = np.log(np.random.default_rng(*independent_seeds(seed, 1)).random(len(weights)))
    index, at = np.zeros(len(weights), dtype=int), 0
    for i in range(1, len(index)):
        if log_u[i] < log_w[i] - log_w[at]:
            at = i
        index[i] = at
    moves = len(index) - 1
    return IndependenceChain(index, float((np.diff(index) > 0).sum() / moves) if moves else 1.0)


def _excess(model, T, n, seed):
    """Return ln q + E/T of n samples (in nats, whole configurations) and the number of sites."""
    checked_integer("n", n, 2)
    exact.log_partition(T)  # checks T
    for method in ("sample", "log_prob"):
        if not callable(getattr(model, method, None)):
            raise ValueError(
                f"model must have methods sample and log_prob, got {type(model).__name__}"
            )
    spins = model.sample(n, seed)
    m, sites = magnetization(spins), spins[0].size
    up, down = int((m > 0).sum()), int((m < 0).sum())
    if abs(up - down) > SIGMAS * np.sqrt(up + down):
        warnings.warn(
            f"m is positive in {up} samples and negative in {down}: the model has lost modes, and "
            "neither the free energy nor an effective sample size can see it",
            RuntimeWarning,
            stacklevel=3,
        )
    return model.log_prob(spins) + sites * energy_per_spin(spins) / T, sites


def _mean(values):
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
