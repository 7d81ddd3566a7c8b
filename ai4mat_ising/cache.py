"""Generated sets of configurations, kept in the user's cache folder; drawing them is in `sampling`.

A set is one file, an uncompressed npz of the packed spins and what describes them. It is written
at once or not at all, checked whenever it is read, and made again where it is damaged.
"""

import contextlib
import hashlib
import io
import json
import logging
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import filelock
import numpy as np
import platformdirs

from ai4mat_ising.files import replacing
from ai4mat_ising.packing import packed_length, unpack_spins
from ai4mat_ising.slices import slices

logger = logging.getLogger(__name__)
# Goes into every description: raise it when the samplers draw other configurations from a seed.
VERSION = 3
# Bytes of packed spins that are in memory at a time.
BLOCK = 2**18
# Seconds to wait for another process. Then the set is generated without the lock, which is as
# right: every process draws the same configurations, and files appear as a whole.
PATIENCE = 600


@dataclass(frozen=True, eq=False)
class Recipe:
    """Description of a generated set: its source, L, the temperatures and samples of each.

    The configurations are in the order of `temperatures`, all samples of the first coming first.
    """

    source: str
    L: int
    temperatures: np.ndarray
    samples_per_temperature: int

    @property
    def n(self):
        """Number of configurations."""
        return len(self.temperatures) * self.samples_per_temperature

    @property
    def packed_shape(self):
        return self.n, packed_length(self.L)

    @property
    def description(self):
        """One line that two sets share only if they are the same."""
        return json.dumps(
            {
                "version": VERSION,
                "source": self.source,
                "L": self.L,
                "samples_per_temperature": self.samples_per_temperature,
                "temperatures": hashlib.sha256(
                    self.temperatures.astype("<f8").tobytes()
                ).hexdigest(),
            }
        )

    @property
    def seed(self):
        """Seed of the set, 128 bits drawn from its description.

        So a set is the same wherever it is generated, and independent of any other, and of what
        somebody draws with a small seed: seed=0 must not give again what a model was trained on.
        """
        return int(self._digest[:32], 16)

    @property
    def file_name(self):
        return f"{self.source}-L{self.L}-{self._digest[:8]}.npz"

    @property
    def _digest(self):
        return hashlib.sha256(self.description.encode()).hexdigest()

    def temperature_of_each(self):
        """Return the temperature of each configuration, float64 (n,)."""
        return np.repeat(self.temperatures, self.samples_per_temperature)

    def metadata(self):
        """Return the arrays of the file that say what the spins are."""
        return {
            "description": np.array(self.description),
            "temperatures": self.temperatures,
            "samples_per_temperature": np.array(self.samples_per_temperature),
        }


def cache_folder():
    """Return the folder of the sets: the variable AI4MAT_CACHE, or the user's cache folder.

    Returns
    -------
    pathlib.Path
    """
    named = os.environ.get("AI4MAT_CACHE")
    # A shell does not expand ~ within quotes, nor does a notebook's %env.
    return Path(named).expanduser() if named else platformdirs.user_cache_path("ai4mat-ising")


def load_or_generate(recipe, generate, rows=slice(None)):
    """Return configurations of a set from its file, which is made if it is missing or damaged.

    Parameters
    ----------
    recipe : Recipe
    generate : callable
        ``generate(recipe)`` draws the packed spins, uint8 of ``recipe.packed_shape``.
    rows : ndarray of int or slice, optional
        Which configurations, each at most once; by default all.

    Returns
    -------
    ndarray of int8, shape (n, L, L)
        Spins -1/+1.
    """
    rows = np.arange(recipe.n)[rows]
    spins = np.empty((len(rows), recipe.L, recipe.L), dtype=np.int8)
    path = cache_folder() / recipe.file_name
    if _read(path, recipe, rows, spins, logging.WARNING):
        return spins
    with _locked(path) as locked:
        # Another process may have made it by now; damage has been reported above.
        if not _read(path, recipe, rows, spins, logging.DEBUG):
            packed = generate(recipe)
            _write(path, recipe, packed, locked)
            blocks = (packed[piece] for piece in _pieces(packed.shape))
            _unpack_rows(blocks, recipe.L, rows, spins)
    return spins


def stored_recipe(path):
    """Read from a file which set it holds, after checking all of it.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    Recipe

    Raises
    ------
    ValueError
        If the file is damaged, of another `VERSION`, or something else than a set.
    OSError
        If the file does not exist or may not be read.
    """
    with open(path, "rb") as file:
        try:
            recipe = _said_recipe(file)
            for _ in _blocks(file, recipe):
                pass
        except Exception as error:  # see _read
            raise ValueError(f"{path} must hold a set, undamaged, got: {error}") from None
    return recipe


def _said_recipe(file):
    with np.load(file, allow_pickle=False) as arrays:
        said = json.loads(str(arrays["description"]))
        if said["version"] != VERSION:
            raise ValueError("one of another version, which is not used and may be deleted")
        return Recipe(
            said["source"], said["L"], arrays["temperatures"], said["samples_per_temperature"]
        )


def _read(path, recipe, rows, spins, level):
    """Fill spins from a file; return False if it is missing or damaged (which is logged)."""
    try:
        with open(path, "rb") as file:
            _unpack_rows(_blocks(file, recipe), recipe.L, rows, spins)
    except (FileNotFoundError, NotADirectoryError):
        return False
    # A damaged archive raises whatever its reader trips over: some ten kinds of errors.
    except Exception as error:
        logger.log(level, "%s cannot be used (%s); the set is generated again", path, error)
        return False
    return True


def _blocks(file, recipe):
    """Yield the packed spins of a file, in blocks, or raise an error if it is not this recipe's.

    Memory does not depend on what the file says: it is compared to what it must say.
    """
    with zipfile.ZipFile(file) as archive:
        for name, array in recipe.metadata().items():
            with _open(archive, name) as member:
                _expect(member, _npy(array))
                _expect_end(member)
        with _open(archive, "packed_spins") as member:
            _expect(member, _npy_header(recipe.packed_shape))
            for piece in _pieces(recipe.packed_shape):
                yield _rows(member, piece.stop - piece.start, recipe.packed_shape[1])
            _expect_end(member)


def _open(archive, name):
    info = archive.getinfo(f"{name}.npy")
    if info.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"{name} must be stored as it is, got a compressed one")
    return archive.open(info)  # which compares the checksum when the last byte is read


def _expect(member, content):
    if member.read(len(content)) != content:
        raise ValueError(f"{member.name} must be that of this set, got another")


def _expect_end(member):
    if member.read(1):
        raise ValueError(f"{member.name} must end with its array, got more")


def _rows(member, count, width):
    content = member.read(count * width)
    if len(content) != count * width:
        raise ValueError(f"{member.name} must hold {count} rows more, got fewer")
    return np.frombuffer(content, dtype=np.uint8).reshape(count, width)


def _npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def _npy_header(shape):
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": "|u1", "fortran_order": False, "shape": shape}
    )
    return file.getvalue()


def _pieces(shape):
    """Cut packed spins into the rows that are in memory at a time."""
    n, width = shape
    return slices(0, n, max(1, BLOCK // width))


def _unpack_rows(blocks, L, rows, spins):
    """Fill spins with these rows of a set that comes in consecutive blocks."""
    by_row = np.argsort(rows)
    start = 0
    for block in blocks:
        stop = start + len(block)
        here = by_row[slice(*np.searchsorted(rows, (start, stop), sorter=by_row))]
        spins[here] = unpack_spins(block[rows[here] - start], L)
        start = stop


@contextlib.contextmanager
def _locked(path):
    """Hold the lock of a set; yield whether it is held."""
    lock = filelock.FileLock(f"{path}.lock", timeout=PATIENCE, fallback_to_soft=False)
    # Without a lock: a folder that cannot be written, a file system that has none, a process that
    # hangs.
    with contextlib.suppress(OSError, NotImplementedError):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    try:
        yield lock.is_locked
    finally:
        lock.release()


def _write(path, recipe, packed, locked):
    """Keep a set, or log that it cannot be kept."""
    try:
        if locked:  # else these might be of a process at work
            for leftover in path.parent.glob(f"{path.name}.*.tmp"):
                leftover.unlink()
        with replacing(path) as file:
            np.savez(file, **recipe.metadata(), packed_spins=packed)
    except OSError as error:
        logger.warning("%s cannot be written (%s); the set will be generated again", path, error)
