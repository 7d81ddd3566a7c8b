"""`IsingDataset`: labelled spin configurations of every source, for torch; images of any data set.

How configurations are drawn is in `sampling`, how generated sets are kept in `cache`.
"""

import hashlib
import io
import operator
import os
import re
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset, Subset, TensorDataset

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.cache import Recipe, load_or_generate
from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.packing import unpack_spins
from ai4mat_ising.published import read_published

SOURCES = ("mds2", "equilibrium", "quench", "nb20")
DATA_FOLDER = Path(__file__).with_name("data")
SIZES = {"light": 16, "full": 64}
NB20 = Recipe("nb20", 40, temperatures=np.arange(1, 17) / 4, samples_per_temperature=10_000)
# SHA-256 of each data file, as tools/pack_mds2.py prints it.
MDS2_SHA256 = {
    "mds2_16.npz": "f5d14c6e43c7413fc1de24d2e1c8d4fc77e0c200066eb76f2891e32a36896d73",
    "mds2_64.npz": "3c6937c376a166a7a1c3d2f4aa5e1a2eee2d45b611299f2cb16684ca06507efd",
}


class IsingDataset(Dataset):
    """Spin configurations of the two-dimensional Ising model, labelled by their phase.

    Item ``i`` is a pair of the image x, a float32 tensor (1, L, L) of 0/1 (1 is spin up), and the
    label y, an int64 scalar tensor: 1 = ordered, T < Tc, and 0 = disordered.

    The sources:

    - "mds2", L = 16 or 64, 5000 temperatures up to 2 Tc: the MDS-2 dataset, which comes with the
      package;
    - "equilibrium", any L from 3 on, 5000 temperatures up to 2 Tc or your own: in equilibrium,
      sampled by Markov chains;
    - "quench", any L from 3 on, 5000 temperatures up to 2 Tc or your own: random-site Metropolis,
      stopped after L sweeps;
    - "nb20", L = 40, T = 0.25, 0.5, ... 4: notebook 20's set, 10,000 in equilibrium at each;
    - a file: notebook 20's published pickle (.pkl) of all temperatures or of a single one, whose
      name then ends in its temperature, such as ``Ising2DFM_reSample_L40_T=2.25.pkl``; or what
      ``ai4mat-ising data generate`` wrote (.npz).

    MDS-2 has one configuration at each temperature, a quench stopped after L sweeps and not an
    equilibrium sample: at low temperature many hold domain walls. All sets are sorted by
    temperature (MDS-2 falling for 16x16 and rising for 64x64) unless you say otherwise: shuffle
    before you split. MDS-2's own label is 0 below Tc; the labels here are made from the
    temperature. The published configurations of notebook 20 are not in equilibrium above Tc:
    their energies are too high by up to 0.023 per spin, because they were saved at moments that
    depend on their state (chapter *Know your data*, `published.read_summary`). "nb20" is free of
    that.

    The sets "equilibrium", "quench" and "nb20" are generated when they are first asked for, and
    kept in the user's cache folder (or the folder that the environment variable AI4MAT_CACHE
    names); ``ai4mat-ising data info`` lists them. A set is the same wherever it is generated,
    and independent of any other set and of samples that you draw yourself. In a quench 64
    successive configurations share the order of their attempts, see `sample_quench`.

    Parameters
    ----------
    size : {"light", "full"} or int, optional
        Side L of the lattice: "light" is 16, "full" is 64. By default 16, or what the source has.
    source : {"mds2", "equilibrium", "quench", "nb20"} or path-like, default "mds2"
        Where the configurations come from.
    temperatures : float or array_like, optional
        Temperatures in units of J / k_B, in whose order the configurations come. For
        "equilibrium" and "quench" any that are positive; by default 5000, the midpoints of equal
        intervals between 0 and 2 Tc. For "nb20" and a file those of the set that are wanted; by
        default all. Not for "mds2".
    samples_per_temperature : int, optional
        How many configurations of each temperature. For "equilibrium" and "quench" 1 by default;
        for "nb20" and a file the first ones, by default all. Not for "mds2".
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
    source : str or path-like
        As given.

    Raises
    ------
    ValueError
        If an argument is not as described, or a file is damaged or holds something else. (A
        damaged set in the cache folder is generated again.)
    FileNotFoundError
        If the file does not exist, or the data file is missing from the installation.

    References
    ----------
    MDS-2: S. Bompas and S. Sandfeld, Python package mdsdata 0.1.5 (MIT licence), 2023.
    """

    def __init__(
        self,
        size=None,
        source="mds2",
        *,
        temperatures=None,
        samples_per_temperature=None,
        transform=None,
        target_transform=None,
    ):
        self.spins, self.temperatures = _load(
            source, _side(size), _temperatures(temperatures), _samples(samples_per_temperature)
        )
        self.size = self.spins.shape[-1]
        self.source = source
        self.transform = transform
        self.target_transform = target_transform
        self.Tc = float(critical_temperature())
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
            f"{len(np.unique(self.temperatures))} temperatures from "
            f"T = {self.temperatures.min():.4f} to {self.temperatures.max():.4f}, "
            f"{ordered} ordered (label 1: T < Tc = {self.Tc:.4f}), "
            f"{len(self) - ordered} disordered (label 0)"
        )

    def images(self):
        """Return all images at once, without transforms.

        Returns
        -------
        torch.Tensor of float32, shape (n, 1, L, L)
            0/1, where 1 is spin up; a new tensor at every call (82 MB for "full").
        """
        return _images(self.spins)

    def __getattr__(self, name):
        # Only for names that are not there: those of the package `ai4mat` of the published lesson.
        hint = {
            "X": "its images are images(), its spins .spins",
            "y": "its labels are .labels, where 1 is ordered, the reverse of ai4mat's",
        }.get(name)
        hint = f"; {hint}" if hint else ""
        raise AttributeError(f"an IsingDataset has no attribute {name!r}{hint}")

    def __setstate__(self, state):
        # Unpickling and copying would otherwise hand out writable arrays.
        self.__dict__.update(state)
        self._protect()

    def _protect(self):
        for array in (self.spins, self.temperatures, self.labels):
            array.setflags(write=False)


def images_of(data):
    """Return all images of `data` as one tensor, or None where they must be fetched one by one.

    Parameters
    ----------
    data : torch.Tensor or Dataset

    Returns
    -------
    torch.Tensor, shape (n, 1, L, L), or None
        None for datasets that transform their items or are of a kind not known here.
    """
    rows = slice(None)
    # The exact classes: a subclass may transform what it holds.
    while type(data) is Subset:
        rows, data = np.asarray(data.indices, dtype=int)[rows], data.dataset
    if type(data) is TensorDataset:
        data = data.tensors[0]
    if torch.is_tensor(data):
        return data[rows]
    if type(data) is IsingDataset and data.transform is None:
        return _images(data.spins[rows])  # of a part of a large set no more than that part
    return None


def _images(spins):
    """Return spins (..., L, L) of -1/+1 as float32 images (..., 1, L, L) of 0/1."""
    return torch.from_numpy((spins > 0).astype(np.float32)).unsqueeze(-3)


def _integer(index):
    try:
        return operator.index(index)
    except TypeError:
        raise TypeError(
            f"index must be an integer, got {type(index).__name__}; for several samples use "
            "torch.utils.data.Subset(dataset, indices) or dataset.spins[...]"
        ) from None


def _side(size):
    """Return the side of the lattice that is asked for, or None."""
    size = SIZES.get(size, size) if isinstance(size, str) else size
    return _optional_integer("size", size, 3, "'light' (16), 'full' (64) or ")


def _samples(value):
    return _optional_integer("samples_per_temperature", value, 1)


def _optional_integer(name, value, least, others=""):
    return None if value is None else checked_integer(name, value, least, others)


def _temperatures(values):
    """Return the argument as a float64 array (k,), or None."""
    if values is None:
        return None
    try:
        array = np.atleast_1d(values)
    except ValueError:  # rows of unequal length
        array = np.array([])
    if array.ndim != 1 or array.dtype.kind not in "iuf" or not array.size or not (array > 0).all():
        raise ValueError(
            "temperatures must be a positive number or a one-dimensional array of them, "
            f"got {values!r}"
        )
    return array.astype(np.float64)


def _load(source, size, temperatures, samples):
    """Load the spins (n, L, L) of -1/+1 and temperatures (n,) of a source."""
    if isinstance(source, os.PathLike) or str(source).endswith((".pkl", ".npz")):
        return _load_file(Path(source).expanduser(), size, temperatures, samples)
    if not isinstance(source, str) or source not in SOURCES:
        raise ValueError(
            f"source must be {', '.join(map(repr, SOURCES))} or the path of a .pkl or "
            f".npz file, got {source!r}"
        )
    if source == "mds2":
        return _load_mds2(size, temperatures, samples)
    if source == "nb20":
        return _load_nb20(size, temperatures, samples)
    return _load_generated(source, size, temperatures, samples)


def _load_generated(source, size, temperatures, samples):
    if temperatures is None:
        temperatures = (np.arange(5000) + 0.5) * (2 * critical_temperature() / 5000)
    recipe = Recipe(source, size or 16, temperatures, samples or 1)
    return load_or_generate(recipe, _generate), recipe.temperature_of_each()


def _generate(recipe):
    """Draw the spins of a set, packed."""
    # Not above: numba takes its time to import, and most sets are read and not drawn.
    from ai4mat_ising.sampling import sample_equilibrium, sample_quench

    T, arguments = recipe.temperature_of_each(), {"seed": recipe.seed, "packed": True}
    if recipe.source == "quench":  # after L sweeps, because MDS-2 was
        return sample_quench(recipe.L, T, recipe.n, sweeps=recipe.L, **arguments)
    return sample_equilibrium(recipe.L, T, recipe.n, **arguments)


def _load_nb20(size, temperatures, samples):
    _check_size(size, NB20.L, "source 'nb20'")
    held = NB20.temperature_of_each()
    rows = _rows(held, temperatures, samples)
    return load_or_generate(NB20, _generate, rows), held[rows]


def _load_file(path, size, temperatures, samples):
    if path.suffix == ".pkl":
        _check_size(size, NB20.L, path)
        held = _published_temperatures(path)
        rows = _rows(held, temperatures, samples)
        packed = read_published(path, (len(held), *NB20.packed_shape[1:]))
        return unpack_spins(packed[rows], NB20.L), held[rows]
    if path.suffix == ".npz":
        spins, held = _read_npz(path)
        _check_size(size, spins.shape[-1], path)
        rows = _rows(held, temperatures, samples)
        return spins[rows], held[rows]
    raise ValueError(f"source must be a file whose name ends in .pkl or .npz, got {str(path)!r}")


def _published_temperatures(path):
    """Temperature of each configuration, (n,): of all, or of the one that the name ends in."""
    held = NB20.temperature_of_each()
    single = re.fullmatch(r".*T=(\d+(?:\.\d+)?)", path.stem)
    return held[_rows(held, [float(single[1])], None)] if single else held


def _check_size(size, L, source):
    if size not in (None, L):
        raise ValueError(f"size must be {L} (or left out) for {source}, got {size}")


def _rows(held, temperatures, samples):
    """Find the first samples of each of these temperatures among those held, (n,)."""
    if temperatures is None and samples is None:
        return slice(None)
    grid = np.array(list(dict.fromkeys(held.tolist())))
    temperatures = grid if temperatures is None else temperatures
    if len(np.unique(temperatures)) < len(temperatures):
        raise ValueError(f"temperatures must be different from each other, got {temperatures}")
    return np.concatenate([_rows_at(T, held, grid, samples) for T in temperatures])


def _rows_at(T, held, grid, samples):
    rows = np.flatnonzero(held == T)
    if not rows.size:
        raise ValueError(
            f"temperatures must be among the {len(grid)} of the source, "
            f"{', '.join(map(str, grid[:16]))}{', ...' * (len(grid) > 16)}; got {T}"
        )
    if samples is not None and samples > len(rows):
        raise ValueError(
            "samples_per_temperature must be at most the number in the source, "
            f"{len(rows)} at T = {T}; got {samples}"
        )
    return rows[:samples]


def _read_npz(path):
    """Read spins (n, L, L) and temperatures (n,) as the command line writes them."""
    with open(path, "rb") as opened:
        try:
            with np.load(opened, allow_pickle=False) as file:
                spins, temperatures = file["spins"], file["temperatures"]
        # A damaged archive raises whatever its reader trips over.
        except Exception as error:
            raise ValueError(
                f"{path} must be an npz file of spins and temperatures, got a damaged file or "
                f"another one ({type(error).__name__}: {error})"
            ) from None
    _check_spins(spins, path)
    _check_held(temperatures, len(spins), path)
    return spins, temperatures


def _check_spins(spins, path):
    L = spins.shape[-1] if spins.ndim else 0
    if spins.dtype != np.int8 or spins.shape[1:] != (L, L) or not spins.size or L < 3:
        raise ValueError(
            f"{path}: spins must be int8 of shape (n, L, L), L at least 3, "
            f"got {spins.dtype} of shape {spins.shape}"
        )
    if spins.min() < -1 or spins.max() > 1 or not spins.all():
        raise ValueError(f"{path}: spins must be -1 or 1, got other numbers among them")


def _check_held(temperatures, n, path):
    if temperatures.dtype != np.float64 or temperatures.shape != (n,):
        raise ValueError(
            f"{path}: temperatures must be float64 of shape ({n},), "
            f"got {temperatures.dtype} of shape {temperatures.shape}"
        )
    if not (temperatures > 0).all():
        raise ValueError(f"{path}: temperatures must be positive, got other numbers among them")


def _load_mds2(size, temperatures, samples):
    for name, value in [("temperatures", temperatures), ("samples_per_temperature", samples)]:
        if value is not None:
            raise ValueError(
                f"{name} must be left out for source 'mds2', which has one "
                f"configuration at each of 5000 temperatures; got {value}"
            )
    size = size or 16
    if size not in SIZES.values():
        raise ValueError(
            "size must be 'light' (or 16, its lattice size) or 'full' (or 64) for "
            f"source 'mds2', got {size}"
        )
    with np.load(io.BytesIO(_read_verified(f"mds2_{size}.npz")), allow_pickle=False) as file:
        packed, temperatures = file["packed_spins"], file["temperatures"]
    # The file packs row by row; as 8 divides L, that is the same bytes in one row.
    return unpack_spins(packed.reshape(len(packed), -1), size), temperatures


def _read_verified(name):
    """Return the bytes of a data file after comparing them with those that were packed."""
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
