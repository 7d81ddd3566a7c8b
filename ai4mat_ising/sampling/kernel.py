"""The decorator of all kernels: compiled by numba, and kept on disk for the next process."""

import hashlib
import os
from pathlib import Path

import numba

from ai4mat_ising.cache import cache_folder


def kernel(function):
    """Compile a function when it is first called, or load what another process compiled.

    It releases the GIL.
    """
    folder_of_others = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(FOLDER)
    try:
        return numba.njit(function, nogil=True, cache=WRITABLE)
    finally:
        numba.config.CACHE_DIR = folder_of_others


def _folder():
    """Return the folder of compiled kernels, named by the text of all files that hold some.

    Numba by itself would go on with a compiled kernel although another one that it calls has
    changed, if that is in another file.
    """
    texts = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py"))]
    texts = [text for text in texts if b"@kernel" in text]  # as in this one
    parent = Path(numba.config.CACHE_DIR or cache_folder() / "kernels")
    return parent / hashlib.sha256(b"".join(texts)).hexdigest()[:16]


def _is_writable(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


FOLDER = _folder()
WRITABLE = _is_writable(FOLDER)  # else every process compiles for itself
