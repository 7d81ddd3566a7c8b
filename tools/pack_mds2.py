"""Packs the MDS-2 spins of `mdsdata` into the package's data files; reading them is `datasets`.

For maintainers; the result is in ``ai4mat_ising/data`` already. mdsdata needs numpy < 2, hence
an environment of its own:

    python -m venv mdsdata-environment
    mdsdata-environment/bin/pip install mdsdata==0.1.5
    mdsdata-environment/bin/python tools/pack_mds2.py ai4mat_ising/data

This writes mds2_16.npz and mds2_64.npz, reads them again, compares them with what mdsdata loads
and prints the SHA-256 sums that ``ai4mat_ising/datasets.py`` and its tests hold. A second run
gives the same bytes; another version of zlib may compress to other bytes of the same content
(then the sums of the content still agree).
"""

import argparse
import csv
import hashlib
import math
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import numpy as np

MDSDATA_VERSION = "0.1.5"
CURIE_TEMPERATURE = 2 / math.log(1 + math.sqrt(2))


def main():
    """Pack both sizes into the folder named on the command line."""
    parser = argparse.ArgumentParser(description="Pack the MDS-2 spins of mdsdata.")
    parser.add_argument("output_folder", type=Path)
    folder = parser.parse_args().output_folder
    require_mdsdata()
    from mdsdata import MDS2, MDS2_light, load_Ising, load_Ising_light

    folder.mkdir(parents=True, exist_ok=True)
    pack(folder / "mds2_16.npz", load_Ising_light(), MDS2_light.p1, MDS2_light.p2)
    pack(folder / "mds2_64.npz", load_Ising(), MDS2.p, MDS2.p2)


def require_mdsdata():
    """Exit with a clear message unless the right version of mdsdata is installed."""
    try:
        version = metadata.version("mdsdata")
    except metadata.PackageNotFoundError:
        version = "none"
    if version != MDSDATA_VERSION:
        sys.exit(
            f"pack_mds2.py needs mdsdata {MDSDATA_VERSION}, found {version}; "
            "the first lines of the script say how to install it"
        )


def pack(path, loaded, images_zip, labels_csv):
    """Check what mdsdata loaded, write it to `path`, and compare the file with it.

    Parameters
    ----------
    path : Path
        The file to write.
    loaded : tuple
        Images (n, L, L) of 0/255, labels (n,) and temperatures (n,) as mdsdata returns them.
    images_zip, labels_csv : str
        The two files that mdsdata loads from.
    """
    images, labels, rounded = loaded
    temperatures = exact_temperatures(images_zip, labels_csv, rounded)
    check_labels(labels, temperatures)
    write(path, up_spins(images), temperatures)
    compare(path, images, temperatures)


def up_spins(images):
    """Images of 0/255 as booleans: white is spin up."""
    values = np.unique(images)
    if values.tolist() != [0, 255]:
        raise ValueError(f"images must hold the two values 0 and 255, got {values[:10]}")
    if images.ndim != 3 or images.shape[1] != images.shape[2]:
        raise ValueError(f"images must have shape (n, L, L), got {images.shape}")
    return images == 255


def exact_temperatures(images_zip, labels_csv, rounded):
    """The temperatures that the CSV file spells out, in the loader's order (n,).

    pandas, which mdsdata uses, trades the last digits for speed: one value in five comes out
    up to 1e-13 (relative) off. Python's float is exact, whichever pandas is installed.
    """
    with open(labels_csv, newline="") as file:
        by_name = {row["filenames"]: float(row["temperatures"]) for row in csv.DictReader(file)}
    # mdsdata keeps the order of the archive.
    names = zipfile.ZipFile(images_zip).namelist()
    temperatures = np.array([by_name[name] for name in names])
    # The temperatures are at least 8e-8 apart, so this also confirms the order.
    np.testing.assert_allclose(temperatures, rounded, rtol=1e-12, atol=0)
    return temperatures


def check_labels(labels, temperatures):
    """mdsdata's labels (0: below Tc) must follow from the temperature: they are not stored."""
    if not np.array_equal(labels == 0, temperatures < CURIE_TEMPERATURE):
        raise ValueError("mdsdata's labels do not follow from the temperatures")


def write(path, up, temperatures):
    """Write booleans (n, L, L) as one bit per spin, rows of L / 8 bytes, with temperatures (n,).

    The names in the archive are those that `ai4mat_ising.datasets` reads.
    """
    np.savez_compressed(path, packed_spins=np.packbits(up, axis=-1), temperatures=temperatures)


def compare(path, images, temperatures):
    """Read `path` again, compare every spin and temperature, and print the sums."""
    with np.load(path, allow_pickle=False) as file:
        bits = np.unpackbits(file["packed_spins"], axis=-1)
        np.testing.assert_array_equal(255 * bits.astype(int), images)
        np.testing.assert_array_equal(file["temperatures"], temperatures)
    spins = 2 * bits.astype(np.int8) - 1
    print(f"{path.name}: {path.stat().st_size} bytes, {len(spins)} samples")
    print("  file        ", hashlib.sha256(path.read_bytes()).hexdigest())
    print("  spins (int8)", hashlib.sha256(spins.tobytes()).hexdigest())
    print("  temperatures", hashlib.sha256(temperatures.tobytes()).hexdigest())


if __name__ == "__main__":
    main()
