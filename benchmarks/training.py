"""Training: `fit` against the training loop of the published week-11 lesson, to the same loss, and
beside a process that keeps a core busy."""

import statistics
import subprocess
import sys
import time
from functools import partial

import torch
from torch import nn
from torch.utils.data import DataLoader, random_split

from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.threads import torch_threads
from ai4mat_ising.training import fit
from benchmarks import Row, in_turn

# Of a split: other ones than those on which the settings were chosen, which are 0 to 9.
SEEDS = range(100, 105)
# One cycle with a high peak reaches the lesson's loss in 3 epochs instead of 20.
SETTINGS = {"epochs": 3, "batch_size": 32, "lr": 2e-2, "schedule": "one-cycle"}


def rows():
    """Yield a row for the time to the lesson's loss, and one for a machine with other work."""
    dataset = IsingDataset("light")
    yield lesson_row(dataset)
    yield busy_row(dataset)


def lesson_row(dataset):
    """The median over splits on one thread, and the losses that both reach.

    The lesson runs with as many threads as torch takes, but on a busy machine one is faster. One
    split tells.
    """
    parts = [split(dataset, seed) for seed in SEEDS]
    default, _ = timed(as_published, *parts[0], SEEDS[0])
    with torch_threads(1):
        found = [
            (timed(with_fit, *data, seed), timed(as_published, *data, seed))
            for data, seed in zip(parts, SEEDS)
        ]
    ours, peer = zip(*found)
    mse = [statistics.mean(mse for _, mse in side) for side in (ours, peer)]
    seconds = [statistics.median(seconds for seconds, _ in side) for side in (ours, peer)]
    return Row(
        "train the week-11 autoencoder: fit, lesson",
        seconds[0],
        min(seconds[1], default),
        goal=5,
        remark=f"mean validation MSE over {len(SEEDS)} splits: fit {mse[0]:.4f}, lesson "
        f"{mse[1]:.4f}; the lesson takes {seconds[1]:.1f} s\n    with one thread, {default:.1f} s "
        f"with torch's default of {torch.get_num_threads()}",
    )


def split(dataset, seed):
    return random_split(dataset, [4000, 1000], torch.Generator().manual_seed(seed))


def timed(train, train_ds, val_ds, seed):
    """Seconds, and the validation MSE that was reached."""
    torch.manual_seed(seed)
    start = time.perf_counter()
    mse = train(train_ds, val_ds, seed)
    return time.perf_counter() - start, mse


def with_fit(train_ds, val_ds, seed):
    return fit(
        ConvAutoencoder(), train_ds, val_ds, seed=seed, progress=False, **SETTINGS
    ).validation[-1]


def as_published(train_ds, val_ds, seed):
    """The lesson's cells 2 to 4 word for word, but for the split, which is given."""
    n_train, n_val = len(train_ds), len(val_ds)
    train_loader = DataLoader(train_ds, batch_size=64, shuffle=True)
    val_loader = DataLoader(val_ds, batch_size=64, shuffle=False)
    model = ConvAutoencoder(latent_dim=2)
    criterion = nn.MSELoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    train_losses, val_losses = [], []
    for _ in range(20):
        model.train()
        ep_loss = 0.0
        for x_batch, _ in train_loader:
            optimizer.zero_grad()
            x_recon, _ = model(x_batch)
            loss = criterion(x_recon, x_batch)
            loss.backward()
            optimizer.step()
            ep_loss += loss.item() * len(x_batch)
        train_losses.append(ep_loss / n_train)
        model.eval()
        v_loss = 0.0
        with torch.no_grad():
            for x_batch, _ in val_loader:
                x_recon, _ = model(x_batch)
                v_loss += criterion(x_recon, x_batch).item() * len(x_batch)
        val_losses.append(v_loss / n_val)
    return val_losses[-1]


def busy_row(dataset):
    """An epoch beside a busy core and without; a machine of two cores or more has room for both."""
    quiet = partial(seconds_of_an_epoch, dataset.images())
    sides = [partial(beside_a_busy_core, quiet), quiet]
    sides += [partial(beside_a_busy_core, quiet, threads=torch.get_num_threads())]
    busy, alone, default = in_turn(*sides, repetitions=3)
    return Row(
        "fit beside a busy core: there, alone",
        busy,
        alone,
        goal=0.83,
        remark=f"the goal is at most 1.2 times as long; with torch's default number of threads, "
        f"{torch.get_num_threads()}, it takes {default:.2f} s there",
    )


def beside_a_busy_core(measure, **options):
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as neighbour:
        try:
            return measure(**options)
        finally:
            neighbour.kill()


def seconds_of_an_epoch(images, **options):
    start = time.perf_counter()
    fit(ConvAutoencoder(), images, epochs=1, progress=False, **options)
    return time.perf_counter() - start
