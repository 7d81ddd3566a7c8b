"""Notebook 20's dense VAE: `fit` against the notebook's model in Keras, with either back end."""

import time
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
import torch

from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.models import VAE
from ai4mat_ising.training import fit
from benchmarks import Row, in_turn, peers

SAMPLES, HELD_OUT = 2000, 200  # of each of 16 temperatures
BACKENDS = ["jax", "tensorflow"]
EPOCHS = 5
# Negative ELBO, nats per spin, that both reach in a few epochs; knowing m alone gives 0.347.
TARGET = 0.36


def rows():
    """Yield a row for an epoch, and one for the time to a given ELBO."""
    x, held_out = data()
    with TemporaryDirectory() as folder:
        files = {}
        for name, images in [("images", x), ("test", held_out)]:
            files[name] = str(Path(folder) / f"{name}.npy")
            np.save(files[name], images.flatten(1).numpy())
        yield epoch_row(x, files)
        yield elbo_row(x, held_out, files)


def data():
    """Images (n, 1, 40, 40) in random order: 32,000 to train on, and 3,200 others."""
    dataset = IsingDataset(source="nb20", samples_per_temperature=SAMPLES + HELD_OUT)
    order = np.random.default_rng(0).permutation(len(dataset))
    images = torch.as_tensor(dataset.spins[order] > 0)[:, None].float()
    return images.split([16 * SAMPLES, 16 * HELD_OUT])


def epoch_row(x, files):
    sides = [partial(ours_per_epoch, x)]
    sides += [partial(keras_per_epoch, files, backend) for backend in BACKENDS]
    ours, *theirs = in_turn(*sides, repetitions=3)
    found = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in zip(BACKENDS, theirs))
    return Row(
        "an epoch of notebook 20's VAE: fit, Keras",
        ours,
        min(theirs),
        goal=2,
        remark=f"32,000 configurations of 40 x 40, batches of 100; Keras with {found}",
    )


def ours_per_epoch(x):
    model = VAE(beta=800, epsilon=0.2)
    start = time.perf_counter()
    fit(model, x, epochs=EPOCHS, batch_size=100, progress=False)
    return (time.perf_counter() - start) / EPOCHS


def keras_per_epoch(files, backend):
    found = peers.run(
        "keras", "train", backend=backend, epochs=EPOCHS, sums=False, epsilon=0.2, **files
    )
    return median(found["seconds"][1:])  # the first one compiles


def elbo_row(x, held_out, files):
    ours = ours_to_target(x, held_out)
    theirs = {backend: keras_to_target(files, backend) for backend in BACKENDS}
    found = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in theirs.items())
    return Row(
        f"train it to -ELBO = {TARGET} N: fit, Keras",
        ours,
        min(theirs.values()),
        goal=1,
        remark=f"held-out, looked at after each epoch; Keras (RMSprop) with {found}",
    )


def ours_to_target(x, held_out):
    torch.manual_seed(0)
    model, seconds = VAE(), 0
    for epoch in range(60):
        start = time.perf_counter()
        fit(model, x, epochs=1, batch_size=100, seed=epoch, progress=False)
        seconds += time.perf_counter() - start
        if -model.elbo(held_out).mean() < TARGET * model.size**2:
            return seconds
    return float("inf")


def keras_to_target(files, backend):
    found = peers.run("keras", "train", backend=backend, epochs=30, sums=True, epsilon=1.0, **files)
    reached = np.flatnonzero(found["losses"] < TARGET * 1600)
    return found["seconds"][: reached[0] + 1].sum() if reached.size else float("inf")
