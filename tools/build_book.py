"""Build the book: execute its pages, strictly, and say where to read it. `make book` runs this."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from hashlib import sha256
from pathlib import Path

import furnish
import take_along
import yaml
from ai4mat_grading.dependencies import digest, imported
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from jupyter_cache.readers import NbReadError, get_reader
from myst_nb.core.read import MystMetadataParsingError

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / "_build" / ".jupyter_cache"
# One thread: beside any other work, two threads that wait for each other are far slower.
SETTINGS = {"AI4MAT_PROGRESS": "0", "AI4MAT_LIVE": "page", "OMP_NUM_THREADS": "1"}
# Figures are ours, and not the backend's, whose formats would go before.
KERNEL = """\
c.InteractiveShellApp.extensions = ["book_figures"]
c.InlineBackend.figure_formats = set()
c.HistoryManager.enabled = False
"""
READER = {"name": "myst_nb_md", "type": "plugin"}  # what Sphinx reads the pages with


def build(output=ROOT):
    """Build the site into ``output/_build/html``; returns the exit status of Jupyter Book."""
    CACHE.parent.mkdir(exist_ok=True)
    # Two builds at once would drop the cache under each other's feet.
    with FileLock(CACHE.with_name(".lock")):
        forget_stale_outputs()
        execute_pages()
        share_cache(output)
        status = run_jupyter_book(output)
        if status == 0:
            site = Path(output) / "_build" / "html"
            take_along.add_package(site / take_along.FOLDER)
            furnish.finish(site)
        return status


def execute_pages():
    """Execute the pages that are not in the cache, as many at a time as there are processors.

    Jupyter Book, which would go page by page, then finds them there. A page that fails is not: it
    is executed once more, and Jupyter Book says what is wrong.
    """
    toc = yaml.safe_load((ROOT / "book" / "_toc.yml").read_text())
    parts = toc.get("parts", [toc])
    chapters = [chapter for part in parts for chapter in part.get("chapters", [])]
    names = [toc["root"], *(chapter["file"] for chapter in chapters)]
    # Later chapters take longer, and what takes long should not start last.
    pages = [ROOT / "book" / f"{name}.md" for name in reversed(names)]
    pages = [page for page in pages if "{code-cell}" in page.read_text() and is_waiting(page)]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for page in as_completed([pool.submit(execute_page, page) for page in pages]):
            print(page.result(), flush=True)


def is_waiting(page):
    """Whether a page can be read and its outputs are not in the cache."""
    cache = get_cache(CACHE)
    cache.add_nb_to_project(str(page), read_data=READER)
    try:
        return bool(cache.list_unexecuted(filter_uris=[str(page)]))
    except NbReadError:
        return False  # Jupyter Book says why


def execute_page(page):
    """Runs in a process of its own; returns a line that says how it went."""
    os.environ.update(settings())
    limit = yaml.safe_load((ROOT / "_config.yml").read_text())["execute"]["timeout"]
    start = time.perf_counter()
    executor = load_executor("temp-serial", get_cache(CACHE))
    done = executor.run_and_cache(filter_uris=[str(page)], timeout=limit).succeeded
    return (
        f"{page.name}: {'executed' if done else 'failed'} after {time.perf_counter() - start:.0f} s"
    )


def run_jupyter_book(output):
    """Write the pages; returns the exit status."""
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ROOT / "book"]
    command += ["--config", ROOT / "_config.yml", "--path-output", output]
    # -n -W: a broken link or any other warning fails the build; --keep-going shows all of them.
    # --all: without it a failed build passes when repeated, and glued numbers may be stale.
    command += ["--all", "-n", "-W", "--keep-going"]
    return subprocess.run(command, env=os.environ | settings()).returncode


def settings():
    """Return the environment of kernels and of Jupyter Book, which find our extensions here."""
    profile = CACHE.with_name("ipython") / "profile_default"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "ipython_kernel_config.py").write_text(KERNEL)
    path = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    return SETTINGS | {"IPYTHONDIR": str(profile.parent), "PYTHONPATH": path}


def forget_stale_outputs():
    """Drop the cached outputs of pages whose modules, or what all pages depend on, have changed.

    Jupyter-cache compares only a page's own code.
    """
    stamp = CACHE.with_name(".computed_with.json")
    before = json.loads(stamp.read_text()) if stamp.exists() else {}
    now = {str(page): computed_with(page) for page in (ROOT / "book").glob("*.md")}
    cache = get_cache(CACHE)
    for record in cache.list_cache_records():
        if record.uri not in now or now[record.uri] != before.get(record.uri):
            cache.remove_cache(record.pk)
    stamp.write_text(json.dumps(now, indent=1))


def computed_with(page):
    """Return the hash of everything but its own code that the outputs of a page depend on."""
    try:
        cells = get_reader(READER)(str(page)).cells
    except MystMetadataParsingError:
        return None  # Jupyter Book says why
    codes = (cell.source for cell in cells if cell.cell_type == "code")
    figures = sha256(Path(__file__).with_name("book_figures.py").read_bytes()).hexdigest()
    return [digest({name for code in codes for name in imported(code)}, ROOT), figures]


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
