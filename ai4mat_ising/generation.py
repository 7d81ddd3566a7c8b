"""One door to all that generates configurations and judges them; the rooms are behind it.

`drawing` draws spins from probabilities, `exchangeable` and `hierarchical` hold a model each, and
`judging` tells how good a model is. The autoencoders are in `models`.
"""

from ai4mat_ising.drawing import draw, latent_grid, quantile_grid
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

__all__ = [
    "Estimate",
    "ExchangeableModel",
    "HierarchicalGenerator",
    "NatsAboveEntropy",
    "Reweighting",
    "draw",
    "latent_grid",
    "measure",
    "nats_above_entropy",
    "quantile_grid",
    "reweight",
]
