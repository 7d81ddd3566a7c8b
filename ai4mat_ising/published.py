"""Notebook 20's published data: a reader that runs nothing, and what we have measured of them.

`datasets` knows what the configurations mean.

A pickle is a program: it names functions, and `pickle.load` calls them. Here the few names that a
NumPy array needs get stand-ins, which only take down what they are called with. Any other name
ends the reading, so not even NumPy runs anything that a file asks for.
"""

import io
import math
import pickle
from pathlib import Path

import numpy as np

# Most that a file can take: protocol 0 may spell a byte in six characters (\u0000); and the frame.
CHARACTERS, FRAME = 6, 10_000
SUMMARY = Path(__file__).with_name("data") / "nb20_published_summary.csv"


def read_summary():
    """Return what we have measured of notebook 20's published data.

    They are not in equilibrium: above Tc their energies are too high, and the chapter tells why.
    The configurations themselves do not come with the package.

    Introduced in the chapter on the data.

    Returns
    -------
    ndarray with the fields T, n, e, e_err, C, C_err, absm, absm_err, g1, g2, g3, shape (16,)
        Temperature; number of configurations; energy and heat capacity per spin, mean ``|m|``, each
        with its standard error from blocks of the chain; spin correlation at distances 1, 2, 3.
        In units of J and k_B.

    References
    ----------
    ``data/PROVENANCE.md`` in the package.
    """
    return np.genfromtxt(SUMMARY, delimiter=",", names=True)


def read_published(path, shape):
    """Read a pickled NumPy array of bytes.

    Parameters
    ----------
    path : path-like
        Any pickle protocol, written by Python 2 or 3 and any version of NumPy.
    shape : tuple of int
        Shape that the array has, if it has not been flattened.

    Returns
    -------
    ndarray of uint8, shape `shape`
        Read-only.

    Raises
    ------
    ValueError
        If the file holds anything else, or would run something; nothing of it has run then.
    OSError
        If the file does not exist or may not be read.
    """
    path = Path(path)
    expected = f"expected a pickled NumPy array of uint8 of shape {shape}, flattened or not"
    size = path.stat().st_size
    if size > CHARACTERS * math.prod(shape) + FRAME:
        raise ValueError(f"{path}: {expected}, got a file of {size} bytes")
    content = io.BytesIO(path.read_bytes())
    try:
        array = _checked(_Reader(content, encoding="latin1").load(), shape)
        if content.read(1):
            raise _Unfit("something follows the array")
    except _Unfit as error:
        raise ValueError(f"{path}: {expected}, but {error}") from None
    # A damaged pickle raises whatever its reader trips over.
    except Exception as error:
        raise ValueError(
            f"{path}: {expected}, got a damaged pickle or another kind of file "
            f"({type(error).__name__}: {error})"
        ) from None
    return array


class _Unfit(Exception):
    """Error that says what is wrong with a pickle."""


class _StandIn:
    # Without it a pickle could set attributes of the stand-ins.
    def __setstate__(self, state):
        pass


class _Array(_StandIn):
    """Stand-in for the array, which is then told what is in it."""

    state = None

    def __init__(self, *of_no_matter):
        pass

    def __setstate__(self, state):
        _version, shape, dtype, fortran, data = state
        self.state = shape, dtype, "F" if fortran else "C", data


class _ArrayFromBuffer(_Array):
    """Stand-in for the array since protocol 5."""

    def __init__(self, data, dtype, shape, order):
        self.state = shape, dtype, order, data


class _Type(_StandIn):
    """Stand-in for the array's dtype, of which only the code matters to bytes."""

    def __init__(self, code, *of_no_matter):
        self.code = code


class _Bytes(_StandIn):
    """Stand-in for bytes, which Python 3 calls up to protocol 2."""

    def __new__(cls, text, encoding):
        return text.encode("latin1")


ADMITTED = {
    "numpy.core.multiarray._reconstruct": _Array,
    "numpy._core.multiarray._reconstruct": _Array,
    "numpy.core.numeric._frombuffer": _ArrayFromBuffer,
    "numpy._core.numeric._frombuffer": _ArrayFromBuffer,
    "numpy.ndarray": _Array,
    "numpy.dtype": _Type,
    "_codecs.encode": _Bytes,
}


# Python's own reader in Python: the one in C makes room for as much as a file says will follow.
class _Reader(pickle._Unpickler):
    def find_class(self, module, name):
        try:
            return ADMITTED[f"{module}.{name}"]
        except KeyError:
            raise _Unfit(
                f"it asks for {module}.{name}, which such an array does not need: refused, and "
                "nothing was run"
            ) from None

    def load_bytearray8(self):
        length = int.from_bytes(self.read(8), "little")
        self.append(bytearray(self.read(length)))

    dispatch = {**pickle._Unpickler.dispatch, pickle.BYTEARRAY8[0]: load_bytearray8}


def _checked(array, shape):
    """Return what a pickle holds as an array of bytes of this shape, or raise _Unfit."""
    if not isinstance(array, _Array) or array.state is None:
        raise _Unfit(f"it holds an object of type {type(array).__name__}")
    found, dtype, order, data = array.state
    if not isinstance(dtype, _Type) or dtype.code != "u1":
        raise _Unfit(f"its dtype is {getattr(dtype, 'code', None)!r:.20}")
    if found not in (shape, (math.prod(shape),)):
        raise _Unfit(f"its shape is {found!r:.60}")
    if isinstance(data, str):  # of Python 2
        data = data.encode("latin1")
    if len(data) != math.prod(shape):
        raise _Unfit(f"it holds {len(data)} bytes")
    return np.frombuffer(data, dtype=np.uint8).reshape(found, order=order).reshape(shape)
