"""The build of the book: what it computes again, what it keeps, and that it fails for good.

A small tree stands in for the repository; the real book's pages are tested in test_site.py.
"""

import shutil
from pathlib import Path

import build_book
import pytest
from ai4mat_grading import dependencies
from jupyter_cache import get_cache
from jupyter_cache.cache.main import CacheBundleIn
from jupyter_cache.readers import get_reader

ROOT = build_book.ROOT
CELL = "```{{code-cell}} ipython3\n{}\n```\n"
HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3, display_name: Python 3}
---
# A page

"""
BROKEN = {  # and what the log must say
    "broken_link": ("[nowhere](nowhere.md)", "nowhere"),
    "broken_cell": (CELL.format("1 / 0"), "Executing notebook failed"),
    "warning_cell": (CELL.format("import warnings\nwarnings.warn('careful')"), "stderr"),
}


IMPORTS = CELL.format("from ai4mat_ising.exact import energy")


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A repository with two pages, of which one imports a module, and the real configuration."""
    for name, text in {
        "ai4mat_ising/__init__.py": "",
        "ai4mat_ising/exact.py": "from ai4mat_ising import arguments",
        "ai4mat_ising/arguments.py": "",
        "ai4mat_ising/models.py": "",
        "ai4mat_ising/data/spins.npz": "",
        "constraints.txt": "",
        "book/references.bib": "",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    shutil.copy(ROOT / "_config.yml", tmp_path)
    for folder in ("_static", "_templates"):
        shutil.copytree(ROOT / "book" / folder, tmp_path / "book" / folder)
    write_pages(tmp_path, {"first": IMPORTS, "second": CELL.format("1 + 1")})
    monkeypatch.setattr(build_book, "ROOT", tmp_path)
    monkeypatch.setattr(build_book, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    monkeypatch.setattr(build_book.take_along, "add_package", lambda site: None)
    build_book.CACHE.parent.mkdir()
    build_book.forget_stale_outputs()
    fill_cache(tmp_path)
    return tmp_path


def write_pages(tree, pages):
    root, *chapters = pages
    files = "".join(f"\n  - file: {name}" for name in chapters)
    toc = f"format: jb-book\nroot: {root}\n" + (f"chapters:{files}\n" if chapters else "")
    (tree / "book" / "_toc.yml").write_text(toc)
    for name, text in pages.items():
        (tree / "book" / f"{name}.md").write_text(HEADER + text)


def fill_cache(tree):
    """Put both pages into the cache as if they had been executed."""
    cache = get_cache(build_book.CACHE)
    for page in (tree / "book").glob("*.md"):
        notebook = get_reader(build_book.READER)(str(page))
        bundle = CacheBundleIn(notebook, str(page))
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def kept():
    """Return the names of the pages whose outputs are still there."""
    build_book.forget_stale_outputs()
    return {Path(record.uri).stem for record in get_cache(build_book.CACHE).list_cache_records()}


def test_outputs_are_kept_while_nothing_changes(tree):
    assert kept() == kept() == {"first", "second"}


@pytest.mark.parametrize(
    "name", ["__pycache__/exact.pyc", "models.py", "new.py", "live/ising.mjs", "live/live.css"]
)
def test_outputs_are_kept_when_what_no_page_imports_changes(tree, name):
    (tree / "ai4mat_ising" / name).parent.mkdir(exist_ok=True)
    (tree / "ai4mat_ising" / name).write_text("changed = 1")
    assert kept() == {"first", "second"}


def test_outputs_are_kept_when_only_the_text_of_a_page_changes(tree):
    (tree / "book" / "first.md").write_text(HEADER + "Another text.\n\n" + IMPORTS)
    assert kept() == {"first", "second"}


@pytest.mark.parametrize("name", ["exact.py", "arguments.py", "__init__.py"])
def test_the_outputs_of_pages_that_import_what_changes_are_dropped(tree, name):
    with (tree / "ai4mat_ising" / name).open("a") as file:
        file.write("\nchanged = 1")
    assert kept() == {"second"}
    fill_cache(tree)
    assert kept() == {"first", "second"}, "only the change itself drops them"


def test_the_outputs_of_pages_that_import_a_renamed_module_are_dropped(tree):
    (tree / "ai4mat_ising" / "exact.py").rename(tree / "ai4mat_ising" / "other.py")
    assert kept() == {"second"}


@pytest.mark.parametrize("name", ["ai4mat_ising/data/spins.npz", "constraints.txt"])
def test_all_outputs_are_dropped_when_data_or_versions_change(tree, name):
    (tree / name).write_text("changed")
    assert kept() == set()


def test_all_outputs_are_dropped_on_another_machine(tree, monkeypatch):
    monkeypatch.setattr(dependencies, "machine", lambda: ["another one"])
    assert kept() == set()


@pytest.mark.parametrize(
    "code, names",
    [
        ("import ai4mat_ising.exact as e, numpy", {"", ".exact"}),
        ("def f():\n    from ai4mat_ising.models import VAE", {"", ".models", ".models.VAE"}),
        ("from numpy import pi", set()),
    ],
)
def test_imports_are_found_wherever_they_stand(code, names):
    assert dependencies.imported(code) == {f"ai4mat_ising{name}" for name in names}


@pytest.mark.parametrize("code", ["%pip install x", "from . import exact"])
def test_a_code_that_cannot_be_read_counts_as_if_it_imported_all_modules(code):
    modules = {path.name for path in dependencies.modules(dependencies.imported(code), ROOT)}
    assert modules == {path.name for path in (ROOT / "ai4mat_ising").rglob("*.py")}


def test_a_build_elsewhere_shares_the_outputs_of_the_checkout(tree, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    build_book.share_cache(elsewhere)
    build_book.share_cache(elsewhere)
    records = get_cache(elsewhere / "_build" / ".jupyter_cache").list_cache_records()
    assert len(records) == 2


@pytest.mark.slow
def test_a_broken_book_fails_each_time_and_passes_once_mended(tree, capfd):
    pages = {name: text for name, (text, _) in BROKEN.items()}
    write_pages(tree, {"first": "Text.\n"} | pages)
    for attempt in ["first", "repeated"]:
        assert build_book.build(tree) != 0, f"the {attempt} build"
        warnings = [line for line in capfd.readouterr().err.splitlines() if "WARNING" in line]
        for page, (_, reason) in BROKEN.items():
            assert any(f"{page}.md" in line and reason in line for line in warnings), (
                f"the {attempt} build does not say what is wrong with {page}: {warnings}"
            )
    write_pages(tree, dict.fromkeys(["first", *BROKEN], "Text.\n"))
    assert build_book.build(tree) == 0, capfd.readouterr().err


@pytest.mark.slow
def test_a_page_that_cannot_be_read_fails_the_build_which_says_why(tree, capfd):
    write_pages(tree, {"first": CELL.format("---\na: b: c\n---\n1")})
    assert build_book.build(tree) != 0
    assert "Code cell 1" in capfd.readouterr().err


@pytest.mark.slow
def test_pages_are_executed_once_and_side_by_side(tree, tmp_path, monkeypatch, capfd):
    """Each of two pages waits for a line of the other in a file."""
    monkeypatch.setattr(build_book.os, "cpu_count", lambda: 2)
    log = tmp_path / "log"
    waits = f"""
import time, pathlib
log = pathlib.Path({str(log)!r})
with log.open("a") as file:
    file.write("here\\n")
while log.read_text().count("here") < 2:  # in vain only if they run one by one
    time.sleep(0.1)"""
    write_pages(tree, {"first": CELL.format(waits), "second": CELL.format(waits + "\nlog")})
    assert build_book.build(tree) == 0, capfd.readouterr().err
    assert log.read_text().count("here") == 2
