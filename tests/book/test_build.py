"""The build of the book: what it computes again, what it keeps, and that it fails for good.

A small tree stands in for the repository; the real book's pages are tested in test_site.py.
"""

import shutil

import build_book
import pytest

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


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """A repository with one empty page, the real configuration and a filled cache."""
    for name in [
        "ai4mat_ising/exact.py",
        "ai4mat_ising/data/spins.npz",
        "constraints.txt",
        "book/references.bib",
    ]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "_config.yml", tmp_path)
    shutil.copytree(ROOT / "book" / "_static", tmp_path / "book" / "_static")
    write_pages(tmp_path, {"first": "Text.\n"})
    monkeypatch.setattr(build_book, "ROOT", tmp_path)
    monkeypatch.setattr(build_book, "CACHE", tmp_path / "_build" / ".jupyter_cache")
    build_book.CACHE.parent.mkdir()
    build_book.forget_stale_outputs()
    fill_cache()
    return tmp_path


def write_pages(tree, pages):
    root, *chapters = pages
    files = "".join(f"\n  - file: {name}" for name in chapters)
    toc = f"format: jb-book\nroot: {root}\n" + (f"chapters:{files}\n" if chapters else "")
    (tree / "book" / "_toc.yml").write_text(toc)
    for name, text in pages.items():
        (tree / "book" / f"{name}.md").write_text(HEADER + text)


def fill_cache():
    build_book.CACHE.mkdir(parents=True, exist_ok=True)
    (build_book.CACHE / "outputs").touch()


def cache_is_kept():
    build_book.forget_stale_outputs()
    return (build_book.CACHE / "outputs").exists()


def test_outputs_are_kept_while_nothing_changes(tree):
    assert cache_is_kept() and cache_is_kept()


@pytest.mark.parametrize("name", ["book/first.md", "ai4mat_ising/__pycache__/exact.pyc"])
def test_outputs_are_kept_when_only_the_text_of_a_page_or_compiled_code_changes(tree, name):
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("changed")
    assert cache_is_kept()


@pytest.mark.parametrize(
    "name",
    [
        "ai4mat_ising/exact.py",
        "ai4mat_ising/data/spins.npz",
        "ai4mat_ising/sampling/new.py",
        "constraints.txt",
    ],
)
def test_outputs_are_dropped_when_what_they_were_computed_with_changes(tree, name):
    (tree / name).parent.mkdir(exist_ok=True)
    (tree / name).write_text("changed")
    assert not cache_is_kept()
    fill_cache()
    assert cache_is_kept(), "only the change itself drops them"


def test_outputs_are_dropped_when_a_module_is_renamed(tree):
    (tree / "ai4mat_ising" / "exact.py").rename(tree / "ai4mat_ising" / "other.py")
    assert not cache_is_kept()


def test_a_build_elsewhere_shares_the_outputs_of_the_checkout(tree, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    build_book.share_cache(elsewhere)
    build_book.share_cache(elsewhere)
    assert (elsewhere / "_build" / ".jupyter_cache" / "outputs").exists()


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


def test_a_page_that_cannot_be_read_fails_the_build_which_says_why(tree, capfd):
    write_pages(tree, {"first": CELL.format("---\na: b: c\n---\n1")})
    assert build_book.build(tree) != 0
    assert "Code cell 1" in capfd.readouterr().err


def test_pages_are_executed_once_and_side_by_side(tree, tmp_path, monkeypatch, capfd):
    """Each of two pages waits for a line of the other in a file."""
    monkeypatch.setattr(build_book.os, "cpu_count", lambda: 2)
    log = tmp_path / "log"
    waits = f"""
import time, pathlib
log = pathlib.Path({str(log)!r})
with log.open("a") as file:
    file.write("here\\n")
end = time.time() + 60
while log.read_text().count("here") < 2:
    assert time.time() < end, "the other page does not come"
    time.sleep(0.1)"""
    write_pages(tree, {"first": CELL.format(waits), "second": CELL.format(waits + "\nlog")})
    assert build_book.build(tree) == 0, capfd.readouterr().err
    assert log.read_text().count("here") == 2
