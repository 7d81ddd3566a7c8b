"""How hostile and broken submissions are made from released notebooks; the table is in `hostile`.

A submission here leaves out the lesson between the answers: no test needs it, and it takes time.
"""

import ast
import functools
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ai4mat_grading.corpus import corpus, read_answer
from ai4mat_grading.leaks import secret_lines
from ai4mat_grading.notebooks import asked_functions, graded_cells, submit
from ai4mat_grading.repository import read_release, read_source

SETS = ("vector_order", "latent_pca")

# Right in shape, wrong in value: what an attack must lift from no points to some.
NONSENSE = {
    "vector_order": """
def q_tensor(angles):
    return np.zeros((len(angles), 2, 2))


def order_and_director(Q):
    return {"S": np.full(len(Q), 0.3), "director": np.zeros(len(Q))}


def block_order(angles, block):
    m = angles.shape[1] // block
    return np.full((len(angles), m, m), 0.5)


def draw_block_order(sides, curves):
    pass


def features(angles, kind):
    n, L, _ = angles.shape
    return np.zeros((n, 4 if kind == "products" else 2, L, L))


def principal_codes(seen, new):
    return {"codes": np.ones((len(new), 2)), "share": np.array([0.5, 0.25])}


def radius_correlation(codes, S):
    return 0.123


def turns(codes):
    return 7.0


def order_in_space(n):
    return {"S": np.full(len(n), 0.1), "director": np.tile([1.0, 0.0, 0.0], (len(n), 1))}
""",
    "latent_pca": """
def fit_pca(z):
    d = z.shape[1]
    return {"mean": np.zeros(d), "components": np.eye(d), "spread": np.ones(d),
            "ratios": np.full(d, 1 / d)}


def project(pca, z, k):
    return np.zeros((len(z), k))


def restore(pca, coordinates):
    return np.zeros((len(coordinates), len(pca["mean"])))


def train_autoencoder(images, latent_dim, seed):
    return latent_dim


def encode(model, images):
    return np.random.normal(size=(len(images), model))


def decode(model, z):
    return np.full((len(z), 1, 16, 16), 0.5)


def relate(coordinates, m):
    k = coordinates.shape[1]
    return {"m": np.zeros(k), "abs_m": np.zeros(k), "distance": np.zeros(k)}


def fit_rule(coordinates, labels):
    return {"centre": np.zeros(coordinates.shape[1]), "threshold": 1e9}


def rule_accuracy(rule, coordinates, labels):
    return 0.5


def vae_codes(vae, images):
    return np.random.normal(size=(len(images), 6))


def losses(images, p, mean, log_variance):
    return dict.fromkeys(["reconstruction", "kl", "bound", "notebook", "beta"], 0.1)


def truncation_errors(decode, pca, z, images):
    return np.zeros(len(pca["mean"]) + 1)


def statements():
    return dict.fromkeys("abcdefgh", True)
""",
}


# --- what an honest judge leaves --------------------------------------------------------------


class Keeps(NamedTuple):
    """Graded cells that keep all their points: at least these, and at most those."""

    at_least: frozenset[str]
    at_most: frozenset[str]


@functools.cache
def worth(problem_set: str) -> dict[str, float]:
    """Points of the test cells that have any: {grade_id: points}."""
    cells = graded_cells(read_source(problem_set))
    return {name: points for name, points in cells.items() if points}


@functools.cache
def _uses(problem_set: str) -> dict[str, frozenset[str]]:
    """Test cells with points that call a function that students write: {function: cells}."""
    sources = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in read_source(problem_set).cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") in worth(problem_set)
    }
    called = {
        name: {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
        for name, source in sources.items()
    }
    return {
        function: frozenset(name for name in called if function in called[name])
        for function in asked_functions(read_source(problem_set))
    }


def exactly(cells) -> Keeps:
    """These cells, no more and no fewer."""
    return Keeps(frozenset(cells), frozenset(cells))


def everything(problem_set: str) -> Keeps:
    """All points."""
    return exactly(worth(problem_set))


def nothing(problem_set: str) -> Keeps:
    """No points."""
    return exactly(())


def without(problem_set: str, *names: str) -> Keeps:
    """All points but those of some cells, or of all cells that call some functions."""
    return exactly(set(worth(problem_set)) - _named(problem_set, names))


def perhaps_without(problem_set: str, *names: str) -> Keeps:
    """All points, or all but those of these cells or functions: a judge may decide either way."""
    return Keeps(without(problem_set, *names).at_least, frozenset(worth(problem_set)))


def anything(problem_set: str) -> Keeps:
    """Between no points and all: right answers that harm themselves."""
    return Keeps(frozenset(), frozenset(worth(problem_set)))


def _named(problem_set: str, names) -> set[str]:
    uses = _uses(problem_set)
    return set().union(*(uses.get(name, {name}) for name in names))


@functools.cache
def secrets(problem_set: str) -> frozenset[str]:
    """Lines of hidden tests and solutions, which no student may read.

    White space is that of one line; none of them stands anywhere in the release.
    """
    return _unreleased(problem_set, secret_lines(read_source(problem_set)))


@functools.cache
def phrases(problem_set: str) -> frozenset[str]:
    """What the texts of hidden tests are made of, beside what `secrets` has.

    Messages for students may hold them, as they are written for those; no output may.
    """
    found = set()
    for cell in read_source(problem_set).cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id", "").startswith("test_"):
            nodes = ast.walk(ast.parse(cell.source))
            found |= {n.value for n in nodes if isinstance(n, ast.Constant) and _long(n.value)}
    return _unreleased(problem_set, found)


def _unreleased(problem_set: str, texts: set[str]) -> frozenset[str]:
    released = " ".join("\n".join(c.source for c in read_release(problem_set).cells).split())
    texts = {" ".join(text.split()) for text in texts}
    return frozenset(text for text in texts if _long(text) and text not in released)


def _long(value: Any) -> bool:
    # Shorter ones, such as "codes of", could stand in any sentence.
    return isinstance(value, str) and len(value.strip()) >= 14


# --- notebooks --------------------------------------------------------------------------------


@functools.cache
def _text_of(problem_set: str, base: str) -> str:
    """A submission without any attack, as JSON: "right", "nonsense", "untouched" or a file's stem
    in the corpus of wrong answers."""
    release, asked = read_release(problem_set), asked_functions(read_source(problem_set))
    honest = read_answer(corpus(problem_set, "right")[0], asked)
    if base == "untouched":
        notebook = release
    elif base == "nonsense":
        functions = {node.name: ast.unparse(node) for node in ast.parse(NONSENSE[problem_set]).body}
        notebook = submit(release, functions, ["import numpy as np"])
    else:
        answer = honest if base == "right" else read_answer(_wrong(problem_set, base), asked)
        functions = honest.functions | answer.functions
        notebook = submit(release, functions, [honest.preamble, answer.preamble])
    cells = [cell for cell in notebook.cells if _counts(cell)]
    for number, cell in enumerate(cells):
        # nbformat draws the ids of new cells at random.
        cell.metadata.pop("preamble", None)
        cell.id = cell.id if cell.metadata.get("nbgrader") else f"own-{number}"
    return json.dumps({**notebook, "cells": cells})


def _counts(cell) -> bool:
    return bool(cell.metadata.get("nbgrader") or cell.metadata.get("preamble"))


def _wrong(problem_set: str, stem: str) -> Path:
    return next(path for path in corpus(problem_set, "wrong") if path.stem == stem)


def notebook_of(problem_set: str, base: str) -> dict[str, Any]:
    """A submission without any attack, as plain data."""
    return json.loads(_text_of(problem_set, base))


def bytes_of(notebook: Any) -> bytes:
    """The file that a student hands in; what nbformat would refuse is written, too."""
    return json.dumps(notebook, indent=1).encode()


def points_of(problem_set: str, base: str) -> Keeps:
    """What an honest judge leaves of a submission without any attack."""
    if base == "right":
        return everything(problem_set)
    if base in ("nonsense", "untouched"):
        return nothing(problem_set)
    asked = asked_functions(read_source(problem_set))
    return without(problem_set, *read_answer(_wrong(problem_set, base), asked).loses)


def code(source: str, **metadata) -> dict[str, Any]:
    """A code cell of the student's own."""
    cell = {"cell_type": "code", "metadata": metadata, "source": textwrap.dedent(source).strip()}
    return cell | {"outputs": [], "execution_count": None}


def markdown(source: str, **metadata) -> dict[str, Any]:
    """A markdown cell of the student's own."""
    return {"cell_type": "markdown", "metadata": metadata, "source": source}


def role(cell: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of a cell, or an empty dict."""
    return cell["metadata"].get("nbgrader", {})


def find(notebook: dict[str, Any], name: str) -> dict[str, Any]:
    """The cell with this grade_id."""
    return next(cell for cell in notebook["cells"] if role(cell).get("grade_id") == name)


def insert(notebook: dict[str, Any], cell: dict[str, Any], after: str) -> None:
    """Put a cell after the one with this grade_id."""
    notebook["cells"].insert(notebook["cells"].index(find(notebook, after)) + 1, cell)


def tests(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells that nbgrader grades by itself."""
    return [c for c in notebook["cells"] if role(c).get("grade") and not role(c)["solution"]]


def answers_of(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells in which students write functions."""
    return [c for c in notebook["cells"] if role(c).get("solution") and not role(c)["grade"]]


# --- the record -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hostile:
    """One submission that wants points, secrets or harm, or that is broken.

    Attributes
    ----------
    name, problem_set : str
        Names; the first is unique.
    make : callable
        Gives the bytes of the file that is handed in.
    keeps : Keeps
        What an honest judge leaves.
    base : bytes
        The same submission without the attack.
    attention : bool or None
        Whether it must be marked as needing a person; None where either is right.
    must_not_show : tuple of str
        What must stand nowhere that the student sees, beside the text of the hidden tests.
    must_not_act : tuple of str
        What must stand in no output but plain text: a page would run it.
    limits : dict
        Fields of `ai4mat_grading.records.Limits` that it needs.
    note : str or None
        Why the judge should decide so, where it is not plain.
    """

    name: str
    problem_set: str
    make: Callable[[], bytes]
    keeps: Keeps
    base: bytes
    attention: bool | None = None
    must_not_show: tuple[str, ...] = ()
    must_not_act: tuple[str, ...] = ()
    limits: tuple[tuple[str, float], ...] = ()
    note: str | None = None


def hostile(
    name: str,
    problem_set: str,
    base: str,
    keeps: Keeps | None = None,
    *,
    first: str = "",
    last: str = "",
    after: dict[str, str] | None = None,
    answers: dict[str, str] | None = None,
    edit: Callable[[dict[str, Any]], None] | None = None,
    raw: Callable[[bytes], bytes] | None = None,
    attention: bool | None = None,
    must_not_show: tuple[str, ...] = (),
    must_not_act: tuple[str, ...] = (),
    limits: dict[str, float] | None = None,
    note: str | None = None,
) -> Hostile:
    """A submission that differs from an honest one by some cells, answers or bytes.

    Parameters
    ----------
    name, problem_set, attention, must_not_show, must_not_act, limits, note
        As in `Hostile`.
    base : str
        "right", "nonsense", "untouched", or the stem of a wrong answer's file.
    keeps : Keeps, optional
        What an honest judge leaves; by default what it leaves of the base.
    first, last : str
        Code of a cell before all others, and of one after them.
    after : dict of str to str
        Code of a cell after that with this grade_id.
    answers : dict of str to str
        Code of answers: {grade_id: code}.
    edit : callable
        Changes the notebook in place.
    raw : callable
        Gives the bytes to hand in for those of the notebook.
    """

    def make() -> bytes:
        notebook = notebook_of(problem_set, base)
        for where, text in (answers or {}).items():
            find(notebook, where)["source"] = textwrap.dedent(text).strip()
        for where, text in (after or {}).items():
            insert(notebook, code(text), where)
        if first:
            notebook["cells"].insert(0, code(first))
        if last:
            notebook["cells"].append(code(last))
        for number, cell in enumerate(notebook["cells"]):
            cell.setdefault("id", f"added-{number}")
        if edit:
            edit(notebook)
        made = bytes_of(notebook)
        return raw(made) if raw else made

    return Hostile(
        name,
        problem_set,
        make,
        points_of(problem_set, base) if keeps is None else keeps,
        bytes_of(notebook_of(problem_set, base)),
        attention,
        must_not_show,
        must_not_act,
        tuple(sorted((limits or {}).items())),
        note,
    )
