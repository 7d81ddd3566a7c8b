"""Compiled kernels are kept from one process to the next, and never used after a change."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ai4mat_ising

DRAW = """
import hashlib
from ai4mat_ising.sampling import quench, sample_quench
spins = sample_quench(6, 2.0, 64, sweeps=2, seed=0)
print(hashlib.sha256(spins.tobytes()).hexdigest(), sum(quench._quench.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path):
    """A copy of the package whose files a test may change."""
    copy = tmp_path / "package" / "ai4mat_ising"
    shutil.copytree(
        Path(ai4mat_ising.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__")
    )
    return copy


def drawn_by_a_new_process(package, cache):
    """Checksum of some spins, and whether their kernel had been compiled before."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(package.parent),
        "AI4MAT_CACHE": str(cache),
        "AI4MAT_PROGRESS": "0",
    }
    environment.pop("NUMBA_CACHE_DIR", None)
    result = subprocess.run(
        [sys.executable, "-c", DRAW],
        capture_output=True,
        text=True,
        env=environment,
        cwd=package.parent,
    )
    assert (result.returncode, result.stderr) == (0, "")
    checksum, hits = result.stdout.split()
    return checksum, bool(int(hits))


@pytest.mark.slow
def test_a_kernel_is_compiled_once_until_any_kernel_changes(package, tmp_path):
    first, compiled_before = drawn_by_a_new_process(package, tmp_path / "cache")
    assert not compiled_before
    assert drawn_by_a_new_process(package, tmp_path / "cache") == (first, True)
    # What holds no kernel may change.
    with (package / "sampling" / "chunks.py").open("a") as chunks:
        chunks.write("\n# a remark\n")
    assert drawn_by_a_new_process(package, tmp_path / "cache") == (first, True)
    # _quench, in another file, calls this one.
    bits = package / "sampling" / "bits.py"
    bits.write_text(bits.read_text().replace("r << U(17)", "r << U(16)"))
    changed, compiled_before = drawn_by_a_new_process(package, tmp_path / "cache")
    assert changed != first and not compiled_before


@pytest.mark.slow
def test_without_a_folder_every_process_compiles_for_itself(package, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    first = drawn_by_a_new_process(package, tmp_path / "cache")
    assert first[1] is False
    assert drawn_by_a_new_process(package, tmp_path / "cache") == first
