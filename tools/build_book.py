"""Build the book: execute its pages, strictly, and say where to read it. `make book` runs this."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"


def build(output=ROOT):
    """Build the site into ``output/_build/html``; returns the exit status of Jupyter Book."""
    CACHE.parent.mkdir(exist_ok=True)
    # Two builds at once would drop the cache under each other's feet.
    with FileLock(CACHE.with_name(".lock")):
        forget_stale_outputs()
        share_cache(output)
        return run_jupyter_book(output)


def run_jupyter_book(output):
    """Execute what is not cached and write the pages; returns the exit status."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ROOT / "book"]
    command += ["--config", ROOT / "_config.yml", "--path-output", output]
    # -n -W: a broken link or any other warning fails the build; --keep-going shows all of them.
    # --all: without it a failed build passes when repeated, and glued numbers may be stale.
    command += ["--all", "-n", "-W", "--keep-going"]
    # One thread: beside any other work, two threads that wait for each other are far slower.
    settings = {"AI4MAT_PROGRESS": "0", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, env=os.environ | settings).returncode


def forget_stale_outputs():
    """Drop the cached outputs if what they were computed with has changed.

    Jupyter-cache compares only a page's own code.
    """
    sources = sorted(p for p in (ROOT / "ai4mat_ising").rglob("*") if p.suffix != ".pyc")
    digest = hashlib.sha256()
    for path in [*filter(Path.is_file, sources), ROOT / "constraints.txt"]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    stamp = CACHE.with_name(".computed_with")
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        shutil.rmtree(CACHE, ignore_errors=True)
        stamp.write_text(digest.hexdigest())


def share_cache(output):
    """Let a build elsewhere use the cache of this checkout instead of executing again."""
    CACHE.mkdir(parents=True, exist_ok=True)
    link = Path(output) / "_build" / CACHE.name
    if not link.exists():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(CACHE)


if __name__ == "__main__":
    status = build()
    if status == 0:
        print("\nThe book is in _build/html. `make serve` shows it in a browser.")
    sys.exit(status)
