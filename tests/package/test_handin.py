"""The last look at a problem set: what it says of files that students hand in."""

import hashlib
from pathlib import Path

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from ai4mat_ising import handin

EXERCISES = Path(__file__).parents[2] / "exercises"


@pytest.fixture
def saved(tmp_path):
    """Saves a changed copy of a released notebook: ``saved(change, name=...) -> its path``."""

    def save(change=lambda notebook: None, name="latent_1d.ipynb"):
        notebook = nbformat.read(EXERCISES / "latent_1d" / "latent_1d.ipynb", as_version=4)
        change(notebook)
        path = tmp_path / name
        nbformat.write(notebook, path)
        return path

    return save


def cell_of(notebook, name):
    """A cell of a notebook, and its place."""
    return next(
        (place, cell)
        for place, cell in enumerate(notebook.cells)
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def said(path):
    """What would be said before anything runs, without the answers that are missing."""
    notebook, name = handin.read(path)
    found = handin.complaints(notebook, path, name)
    return [one for one in found if not one.startswith("Not written yet: ")]


def test_the_untouched_release_lacks_its_answers_and_nothing_else(saved):
    notebook, name = handin.read(saved())
    (only,) = handin.complaints(notebook, saved(), name)
    assert only.startswith("Not written yet: train_autoencoder, encode, ")


def test_checksums_are_those_of_nbgrader():
    for path in sorted(EXERCISES.glob("*/*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if "nbgrader" in cell.metadata:
                assert handin._checksum(cell) == compute_checksum(cell)
                assert handin._checksum(cell) == handin._given(cell)


def _edits(notebook):
    cell_of(notebook, "check_rule")[1].source += "\npass"


def _deletes(notebook):
    del notebook.cells[cell_of(notebook, "test_codes")[0]]


def _copies(notebook):
    place, cell = cell_of(notebook, "encode")
    notebook.cells.insert(place, nbformat.from_dict(cell | {"id": "copy"}))


def _takes_from_another(notebook):
    cell_of(notebook, "encode")[1].metadata.nbgrader.grade_id = "blocks"


def _has_another_kernel(notebook):
    notebook.metadata.kernelspec = {"name": "ir", "display_name": "R", "language": "R"}


def _has_widgets(notebook):
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {}}


@pytest.mark.parametrize(
    "change, sentences",
    [
        (_edits, ["The cell check_rule was edited. "]),
        (_deletes, ["The cell test_codes is missing. "]),
        (_copies, ["The cell encode is there 2 times. "]),
        (
            _takes_from_another,
            ["The cell encode is missing. ", "The cell blocks belongs to another problem set. "],
        ),
        (_has_another_kernel, ["The kernel must be Python, got R. "]),
        (_has_widgets, ["The file holds the state of widgets. "]),
    ],
)
def test_what_grading_would_stumble_over_is_told(saved, change, sentences):
    found = said(saved(change))
    assert len(found) == len(sentences)
    assert all(one.startswith(sentence) for one, sentence in zip(found, sentences))


def test_another_name_and_a_large_file_are_told(saved, monkeypatch):
    monkeypatch.setattr(handin, "LARGEST", 1000)
    found = said(saved(name="latent_1d (1).ipynb"))
    assert found[0].startswith("The file must be named latent_1d.ipynb, got latent_1d (1).ipynb.")
    assert found[1].startswith("The file must be smaller than ")


@pytest.mark.parametrize(
    "text, message",
    [
        ("<html>Log in</html>", "must be a Jupyter notebook, got"),
        ("[]", "must be a Jupyter notebook, got"),
        (
            '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
            "none of their cells",
        ),
    ],
)
def test_other_files_are_refused(tmp_path, text, message, capsys):
    path = tmp_path / "latent_1d.ipynb"
    path.write_text(text)
    with pytest.raises(handin.Unreadable, match=message):
        handin.look(path)
    assert handin.main([str(path)]) == 2 and message in capsys.readouterr().err
    assert handin.main([str(tmp_path / "none.ipynb")]) == 2


@pytest.mark.slow
def test_a_notebook_is_run_and_left_as_it_is(saved, capsys):
    def shorten(notebook):  # the first check that passes, one that fails, one that is not written
        for name, source in [("check_autoencoder", ""), ("check_histograms", "assert 0, 'a\\nb'")]:
            cell_of(notebook, name)[1].source = source
        cell_of(notebook, "check_reconstruction")[1].source = "raise NotImplementedError()"
        notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader")]

    path = saved(shorten)
    before = hashlib.sha256(path.read_bytes()).digest()
    assert not handin.look(path)
    text = capsys.readouterr().out
    assert "  1 of 1 points  check_autoencoder: passed\n" in text
    assert "  0 of 1 points  check_histograms: failed\n                 a b\n" in text
    assert "check_reconstruction: needs a function that is not written yet\n" in text
    assert "1 of 6 points of the visible checks.\nOn 14 more hidden tests decide.\n" in text
    assert "The cell check_histograms was edited." in text
    assert hashlib.sha256(path.read_bytes()).digest() == before


def test_a_complete_notebook_is_ready():
    cells = {"f": ["answer", 0], "check_f": ["check", 2], "test_f": ["hidden", 3]}
    text = handin.report([], {"check_f": (handin.PASSED, "")}, cells)
    assert text.endswith(
        "2 of 2 points of the visible checks.\nOn 3 more hidden tests decide.\nReady to hand in."
    )
