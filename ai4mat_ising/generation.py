"""One door to all that generates configurations and judges them; the rooms are behind it.

`drawing` draws spins from probabilities; `exchangeable`, `hierarchical` and `autoregressive` hold a
model each; `energy_training` trains the latter two without data; `judging` tells how good a model
is, and `variational` what it tells of the free energy. The autoencoders are in `models`.
"""

from ai4mat_ising.autoregressive import AutoregressiveGenerator
from ai4mat_ising.drawing import draw, latent_grid, quantile_grid
from ai4mat_ising.energy_training import EnergyHistory, fit_energy
from ai4mat_ising.exchangeable import ExchangeableModel
from ai4mat_ising.hierarchical import HierarchicalGenerator
from ai4mat_ising.judging import (
    Estimate,
    NatsAboveEntropy,
    Reweighting,
    measure,
    nats_above_entropy,
    reweight,
)
from ai4mat_ising.variational import (
    IndependenceChain,
    LogPartition,
    VariationalFreeEnergy,
    independence_metropolis,
    log_partition_by_sampling,
    nats_above_free_energy,
    variational_free_energy,
)

__all__ = [
    "AutoregressiveGenerator",
    "EnergyHistory",
    "Estimate",
    "ExchangeableModel",
    "HierarchicalGenerator",
    "IndependenceChain",
    "LogPartition",
    "NatsAboveEntropy",
    "Reweighting",
    "VariationalFreeEnergy",
    "draw",
    "fit_energy",
    "independence_metropolis",
    "latent_grid",
    "log_partition_by_sampling",
    "measure",
    "nats_above_entropy",
    "nats_above_free_energy",
    "quantile_grid",
    "reweight",
    "variational_free_energy",
]
