"""The table of the chapter on generating critical configurations, at full length.

Every network has two minutes; VAEs spend them on as many epochs as fit, with a falling rate.
"""

import time
from functools import partial

import torch

from ai4mat_ising import exact
from ai4mat_ising.generation import (
    ExchangeableModel,
    HierarchicalGenerator,
    measure,
    nats_above_entropy,
    reweight,
)
from ai4mat_ising.models import VAE
from ai4mat_ising.networks import AutoregressiveDecoder
from ai4mat_ising.observables import energy_per_spin
from ai4mat_ising.sampling import sample_equilibrium
from ai4mat_ising.training import fit

TC = exact.critical_temperature()
SECONDS, RATES = 120, (2e-3, 6e-4, 2e-4)
TRAINING = {16: 50_000, 40: 8_000}
SAMPLES, JUDGES = 20_000, 2_000
LATENTS = {
    16: [("dense", 2), ("deconv", 2), ("deconv", 16), ("deconv", 64)],
    40: [("dense", 2), ("deconv", 2)],
}
COLUMNS = ["E/N", "C/N", "|m|", "U4", "g(1)", "g(2)", "g(L/2)", "S(1,0)", "S(1,1)"]


def print_table():
    """Train and measure; a line is printed as soon as it is known. Takes about half an hour."""
    for L, n in TRAINING.items():
        print(
            f"generating at Tc, L = {L}".ljust(27)
            + "seconds".rjust(8)
            + "nats".rjust(12)
            + "".join(name.rjust(12) for name in COLUMNS)
            + "ESS".rjust(7)
        )
        train = sample_equilibrium(L, TC, n, seed=1)
        fresh = sample_equilibrium(L, TC, SAMPLES, seed=2)
        for name, make in models(L, train):
            start = time.perf_counter()
            torch.manual_seed(0)
            model = make()
            print_row(name, time.perf_counter() - start, model, fresh)
        print_measured("exact samples", "", "0", measure(fresh, TC), "1")
        known = {"E/N": exact.energy(TC, L), "C/N": exact.heat_capacity(TC, L)}
        print_measured("exact values", "", "", {key: f"{x:.5f}" for key, x in known.items()}, "")
        print()


def models(L, train):
    """Yield the name of each model and what trains it."""
    images = torch.as_tensor(train > 0)[:, None].float()
    yield "exchangeable", lambda: ExchangeableModel(L).fit(train)
    for decoder, d in LATENTS[L]:
        yield f"{decoder} VAE, d={d}", partial(trained, images, decoder, d)
    for torus in (False, True):
        name = "autoregr. VAE, torus" if torus else "autoregr. VAE, open"
        yield name, partial(trained_spin_by_spin, images, torus)
    yield "hierarchical", lambda: HierarchicalGenerator(L).fit(train)


def trained_spin_by_spin(images, torus):
    """Train a VAE with the autoregressive decoder, which gains from small batches."""
    decoder = AutoregressiveDecoder(images.shape[-1], 2, 256, torus=torus)
    return trained(images, decoder, 2, batch_size=16)


def trained(images, decoder, d, batch_size=100):
    """Train a VAE: each rate gets an equal share of what is left, by the time of epochs before."""
    model = VAE(images.shape[-1], d, decoder=decoder)
    end = time.perf_counter() + SECONDS
    per_epoch = seconds_of(model, images, 1, batch_size, RATES[0])
    for i, rate in enumerate(RATES):
        share = (end - time.perf_counter()) / (len(RATES) - i)
        epochs = max(1, int(share / per_epoch))
        per_epoch = seconds_of(model, images, epochs, batch_size, rate) / epochs
    return model


def seconds_of(model, images, epochs, batch_size, rate):
    start = time.perf_counter()
    fit(model, images, epochs=epochs, batch_size=batch_size, lr=rate, progress=False)
    return time.perf_counter() - start


def print_row(name, seconds, model, fresh):
    spins = model.sample(len(fresh), seed=3)
    exactly = hasattr(model, "log_prob")
    nats = nats_above_entropy(model, fresh if exactly else fresh[:JUDGES], TC, k=20)
    ess = f"{ess_of(model, spins):.3f}" if exactly else ""
    print_measured(name, f"{seconds:.0f}", str(nats), measure(spins, TC), ess)
    if not exactly:
        with torch.no_grad():
            _, kl = model.terms(torch.as_tensor(fresh[:JUDGES] > 0)[:, None].float())
        print(f"    KL(z) = {kl.mean():.3f} nats")


def ess_of(model, spins):
    return reweight(model.log_prob(spins), spins[0].size * energy_per_spin(spins), TC).ess


def print_measured(name, seconds, nats, measured, ess):
    cells = [str(measured.get(column, "")).rjust(12) for column in COLUMNS]
    print(f"{name:27s}{seconds:>8s}{nats:>12s}{''.join(cells)}{ess:>7s}", flush=True)
