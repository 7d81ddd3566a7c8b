"""The training loop: `fit` minimises ``model.loss`` on images; the models are in `models`."""

import math
from contextlib import contextmanager
from dataclasses import dataclass, field
from numbers import Real

import torch
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR
from torch.utils.data import DataLoader

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.datasets import images_of
from ai4mat_ising.progress import progress_bar
from ai4mat_ising.threads import torch_threads

# Validation needs no gradients, so its batches can be larger than any training batch.
VALIDATION_BATCH = 1024
# How the learning rate goes on from step to step: each makes torch's scheduler of an optimiser.
SCHEDULES = {
    "constant": lambda optimizer, lr, steps: LambdaLR(optimizer, lambda step: 1),
    "one-cycle": lambda optimizer, lr, steps: OneCycleLR(optimizer, lr, steps),
}


@dataclass
class History:
    """Losses of a training run, one entry per finished epoch.

    Attributes
    ----------
    train : list of float
        Mean training loss over the epoch, while the weights were moving.
    validation : list of float
        Loss on the validation data after the epoch; empty without validation data.
    """

    train: list = field(default_factory=list)
    validation: list = field(default_factory=list)


def fit(
    model,
    train,
    validation=None,
    *,
    epochs=20,
    batch_size=64,
    lr=1e-3,
    schedule="constant",
    seed=0,
    device=None,
    threads=1,
    progress=True,
):
    """Train a model with Adam on the loss that it defines.

    The week-11 chapter writes this loop out once. Labels are never used.

    Parameters
    ----------
    model : torch.nn.Module
        Any model with a method ``loss(x)`` that returns a scalar tensor for images ``x``.
        Trained in place, and left on `device` in evaluation mode.
    train, validation : Dataset or torch.Tensor
        float32 images (n, 1, L, L) in [0, 1], or a dataset of them or of (image, label) pairs.
        Transforms of a dataset are applied anew in every epoch.
    epochs : int, default 20
        Passes over the training data.
    batch_size : int, default 64
        Images per step of the optimiser.
    lr : float, default 1e-3
        Adam's learning rate; where the schedule is a cycle, at its highest.
    schedule : {"constant", "one-cycle"}, default "constant"
        How the learning rate goes. In one cycle over the whole run it rises from lr / 25 to lr in
        the first 30 % of the steps and then falls to almost 0, while Adam's first beta goes from
        0.95 to 0.85 and back. It bears a much higher rate, and so takes fewer epochs.
    seed : int, default 0
        Fixes the order of the batches and the noise that the model draws, the same for every
        validation. With the same initial weights, two runs on the same CPU with equally many
        threads agree bit for bit. The global random state is left as it was.
    device : str or torch.device, optional
        Where to train; by default CUDA where there is one, then Apple's MPS, then the CPU.
    threads : int, default 1
        Threads that torch computes with on the CPU during the training; afterwards it has as many
        as before. Two or more pay only for large networks on a machine that does nothing else:
        after every operation threads wait for one another, and where one has to share its core,
        training becomes many times slower.
    progress : bool, default True
        Show a progress bar with both losses. (A build of the book shows none.)

    Returns
    -------
    History
        ``.train`` and ``.validation``, one loss per finished epoch. Interrupting (Ctrl-C, or the
        stop button) returns what was reached so far: the weights stay as they are.

    Raises
    ------
    ValueError
        If an argument is of the wrong kind, there are no data, or `device` is not there.
    FloatingPointError
        If the loss becomes NaN or infinite; the message says in which epoch. The weights are
        those from before the offending step.

    References
    ----------
    One cycle: L. N. Smith, N. Topin, arXiv:1708.07120, as PyTorch's OneCycleLR does it.
    """
    _check(model, epochs, batch_size, lr, schedule, seed, threads)
    # torch takes no NumPy integers here and there.
    epochs, batch_size, seed, threads = map(int, (epochs, batch_size, seed, threads))
    device = _checked_device(device)
    shuffle = torch.Generator().manual_seed(seed)
    train = _batches("train", train, batch_size, device, shuffle)
    if validation is not None:
        validation = _batches("validation", validation, VALIDATION_BATCH, device)
    model.to(device)
    optimizer = torch.optim.Adam(model.parameters(), lr=lr, fused=True)
    scheduler = SCHEDULES[schedule](optimizer, lr, epochs * len(train))
    history = History()
    bar = progress_bar(epochs, desc="training", unit="epoch", shown=progress)
    with torch_threads(threads), _random_state_kept(device, seed), bar:
        try:
            for epoch in range(1, epochs + 1):
                loss = _train_epoch(model, train, optimizer, scheduler, epoch)
                if validation is not None:
                    # A random stream of its own: validating must not change the training.
                    with _random_state_kept(device, seed):
                        history.validation.append(_evaluate(model, validation, epoch))
                history.train.append(loss)
                bar.update()
                bar.set_postfix({name: f"{h[-1]:.4f}" for name, h in vars(history).items() if h})
        except KeyboardInterrupt:
            bar.write(f"Interrupted: kept the weights after {len(history.train)} full epochs.")
        finally:
            model.eval()
    return history


def _train_epoch(model, batches, optimizer, scheduler, epoch):
    """One pass over the training batches; returns the mean loss per image."""
    model.train()
    total = count = 0
    for x in batches:
        loss = model.loss(x)
        # Checked before the step, so that the weights stay usable.
        total += _finite(loss, "training", epoch) * len(x)
        count += len(x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scheduler.step()
    return total / count


@torch.no_grad()
def _evaluate(model, batches, epoch):
    """Mean loss per image, without training."""
    model.eval()
    total = count = 0
    for x in batches:
        total += _finite(model.loss(x), "validation", epoch) * len(x)
        count += len(x)
    return total / count


def _finite(loss, name, epoch):
    value = loss.item()
    if not math.isfinite(value):
        raise FloatingPointError(
            f"the {name} loss became {value} in epoch {epoch}; "
            f"try a smaller lr, or look for NaN in the {name} data"
        )
    return value


@contextmanager
def _random_state_kept(device, seed):
    """Seed torch for the run and put its random state back afterwards."""
    accelerators = [] if device.type == "cpu" else [device]
    with torch.random.fork_rng(accelerators, device_type=device.type):
        # torch.manual_seed would also seed accelerators that the run does not use.
        torch.default_generator.manual_seed(seed)
        if device.type == "cuda":
            torch.cuda.default_generators[device.index].manual_seed(seed)
        elif device.type == "mps":
            torch.mps.manual_seed(seed)
        yield


class _TensorBatches:
    """Batches cut from one tensor: many times faster than fetching images one by one."""

    def __init__(self, images, batch_size, generator):
        self.images, self.batch_size, self.generator = images, batch_size, generator

    def __len__(self):
        return math.ceil(len(self.images) / self.batch_size)

    def __iter__(self):
        if self.generator is None:
            yield from self.images.split(self.batch_size)
            return
        order = torch.randperm(len(self.images), generator=self.generator).to(self.images.device)
        for chosen in order.split(self.batch_size):
            yield self.images.index_select(0, chosen)  # faster than images[chosen]


class _DatasetBatches:
    """Batches from any dataset, item by item, so that its transforms apply in every epoch."""

    def __init__(self, name, dataset, batch_size, generator, device):
        self.loader = DataLoader(
            dataset, batch_size, shuffle=generator is not None, generator=generator
        )
        self.name, self.device = name, device

    def __len__(self):
        return len(self.loader)

    def __iter__(self):
        for batch in self.loader:
            images = batch if torch.is_tensor(batch) else batch[0]
            yield _checked_images(self.name, images).to(self.device)


def _batches(name, data, batch_size, device, generator=None):
    """Iterate over batches of images; shuffled if there is a generator."""
    if not (hasattr(data, "__getitem__") and hasattr(data, "__len__")):
        raise ValueError(f"{name} must be a tensor or a Dataset, got {type(data).__name__}")
    if len(data) == 0:
        raise ValueError(f"{name} must hold at least one image, got none")
    images = images_of(data)
    if images is None:
        return _DatasetBatches(name, data, batch_size, generator, device)
    return _TensorBatches(_checked_images(name, images).to(device), batch_size, generator)


def _checked_images(name, images):
    if torch.is_tensor(images) and images.ndim == 4 and images.dtype == torch.float32:
        least, most = map(float, images.aminmax()) if images.numel() else (0, 1)
        if least < 0 or most > 1:  # what NaN does, the loss will tell
            raise ValueError(
                f"{name} must be images with values from 0 to 1, got {least:g} to {most:g}; "
                "spins -1 and +1 become images as (spins + 1) / 2"
            )
        return images
    is_tensor = torch.is_tensor(images)
    got = f"{images.dtype} of shape {tuple(images.shape)}" if is_tensor else type(images).__name__
    raise ValueError(f"{name} must be float32 images of shape (n, 1, L, L), got {got}")


def _checked_device(device):
    if device is None:
        device = _best_device()
    try:
        return torch.empty(0, device=device).device
    except (AssertionError, RuntimeError, TypeError) as error:
        reason = str(error).split("\n")[0]
        raise ValueError(f"device must be one to compute on, got {device!r}: {reason}") from None


def _best_device():
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def _check(model, epochs, batch_size, lr, schedule, seed, threads):
    if not isinstance(model, torch.nn.Module) or not callable(getattr(model, "loss", None)):
        raise ValueError(
            f"model must be a torch.nn.Module with a method loss(x), as the models of this package "
            f"are; got {type(model).__name__}"
        )
    for name, value, least in [
        ("epochs", epochs, 1),
        ("batch_size", batch_size, 1),
        ("seed", seed, 0),
        ("threads", threads, 1),
    ]:
        checked_integer(name, value, least)
    if not isinstance(lr, Real) or not 0 < lr < float("inf"):
        raise ValueError(f"lr must be a positive number, got {lr!r}")
    if not isinstance(schedule, str) or schedule not in SCHEDULES:
        names = " or ".join(map(repr, SCHEDULES))
        raise ValueError(f"schedule must be {names}, got {schedule!r}")
