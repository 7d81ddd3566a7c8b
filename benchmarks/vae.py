"""Notebook 20's dense VAE: `fit` against the notebook's model in Keras, to the same ELBO.

The time is a product. How many batches a side needs is counted over seeds, looking at held-out
configurations every few batches; what a batch takes is measured apart, without compilation and
without looks. Both sides have Adam. By the mean number of batches over seeds 100 to 102 its
learning rate is the best of 2, 3, 5 and 8 times 10^-3; Keras has the better of the betas
(0.9, 0.999) and (0.9, 0.99), too, and `fit` those it always has.
"""

import os
import time
from contextlib import contextmanager
from functools import partial
from itertools import count
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
BATCH = 100
BATCHES = 16 * SAMPLES // BATCH  # of an epoch
BACKENDS = ["jax", "tensorflow"]
# Negative ELBO, nats per spin, of held-out configurations; knowing m alone gives 0.347.
TARGET = 0.36
EVERY, EPOCHS, SEEDS = 40, 8, range(10)  # batches from look to look; when to give up
OURS = {"lr": 5e-3}
KERAS = {"lr": 3e-3, "betas": (0.9, 0.99)}


def rows():
    """Yield the row."""
    x, held_out = data()
    with TemporaryDirectory() as folder:
        files = {}
        for name, images in [("images", x), ("test", held_out)]:
            files[name] = str(Path(folder) / f"{name}.npy")
            np.save(files[name], images.flatten(1).numpy())
        ours = [batches_to_target(x, held_out, seed) for seed in SEEDS]
        theirs = keras_batches_to_target(files)
        sides = [partial(seconds_per_batch, x)]
        sides += [partial(keras_seconds_per_batch, files, backend) for backend in BACKENDS]
        with one_core():
            own_seconds, *seconds = in_turn(*sides, repetitions=3)
    found = ", ".join(f"{1000 * s:.1f} ({name})" for name, s in zip(BACKENDS, seconds))
    yield Row(
        f"notebook 20's VAE to -ELBO = {TARGET} N: fit, Keras",
        median(ours) * own_seconds,
        median(theirs) * min(seconds),
        goal=1.3,
        remark=f"on one core; median number of batches over {len(SEEDS)} seeds, times ms: "
        f"fit {median(ours):g} x {1000 * own_seconds:.1f},\n    Keras {median(theirs):g} x {found}",
    )


def data():
    """Images (n, 1, 40, 40) in random order: 32,000 to train on, and 3,200 others."""
    dataset = IsingDataset(source="nb20", samples_per_temperature=SAMPLES + HELD_OUT)
    order = np.random.default_rng(0).permutation(len(dataset))
    images = torch.as_tensor(dataset.spins[order] > 0)[:, None].float()
    return images.split([16 * SAMPLES, 16 * HELD_OUT])


class Reached(Exception):
    """The target has been reached, after so many batches."""


def batches_to_target(x, held_out, seed):
    class Watched(VAE):
        def loss(self, images):
            batches = next(self.count)
            if batches and batches % EVERY == 0:
                if -self.elbo(held_out).mean() < TARGET * self.size**2:
                    raise Reached(batches)
            return super().loss(images)

    torch.manual_seed(seed)
    model = Watched()
    model.count = count()
    try:
        fit(model, x, epochs=EPOCHS, batch_size=BATCH, seed=seed, progress=False, **OURS)
    except Reached as reached:
        return reached.args[0]
    return float("inf")


def keras_batches_to_target(files):
    """With JAX: the back end changes nothing but the random numbers."""
    options = {"target": TARGET * 1600, "seeds": [*SEEDS], "epochs": EPOCHS, "every": EVERY}
    found = peers.run(
        "keras", "batches_to_target", backend="jax", batch=BATCH, **options, **files, **KERAS
    )
    return found["batches"].tolist()


def seconds_per_batch(x):
    start = time.perf_counter()
    fit(VAE(), x, epochs=1, batch_size=BATCH, progress=False, **OURS)
    return (time.perf_counter() - start) / BATCHES


def keras_seconds_per_batch(files, backend):
    found = peers.run(
        "keras", "train", backend=backend, images=files["images"], batch=BATCH, epochs=3, **KERAS
    )
    return median(found["seconds"][1:]) / BATCHES  # the first one compiles


@contextmanager
def one_core():
    """Keep this process, and those that it starts, on one core: Keras takes all it finds."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
