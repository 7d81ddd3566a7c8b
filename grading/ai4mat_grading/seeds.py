"""Run reference solutions with many seeds, and show how much room each threshold leaves them.

    python -m ai4mat_grading.seeds latent_1d epsilon --seeds 100 --threads 1 2

Every seed in a notebook's cells is shifted: what is drawn, how networks start and are trained, and
the fresh inputs of the tests. All graded cells have to pass each time. The conditions of their
checks tell, for each comparison of two numbers, how far it was from failing: least, median and
largest of both sides and of the room between them.
"""

import argparse
import ast
import itertools
import operator
import os
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import as_completed
from typing import Any, NamedTuple

import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import is_grade
from tqdm import tqdm

from .grades import Graded
from .processes import processes
from .rehearsal import run
from .repository import problem_sets, read_source

# Seeds in the notebooks are smaller, so that no run uses a seed of another.
STEP = 100_003
# What the cells call; no name of theirs.
SHIFTED, COMPARED, THREADS = "shifted_by_seeds", "compared_by_seeds", "threads_by_seeds"
# Comparisons that are shown of each problem set: those with the least room.
SHOWN = 8

SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


class Comparison(NamedTuple):
    """Two numbers that a check compared; `text` is the code, after its cell's grade_id."""

    text: str
    left: float
    sign: str
    right: float

    @property
    def room(self) -> float:
        """Distance from failing; negative where it failed."""
        return (self.right - self.left) * (1 if "<" in self.sign else -1)


# What a run gives.
Result = tuple[Graded, list[Comparison]]

# --- one run ---------------------------------------------------------------------------------


def run_with_seed(name: str, seed: int, threads: int = 1) -> Result:
    """Grade a problem set's solution with other seeds: (Graded, list of Comparison)."""
    notebook, found = read_source(name), []
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = rewritten(cell)
    names = {
        SHIFTED: lambda value: value + STEP * seed,
        COMPARED: recorder(found),
        THREADS: threads,
    }
    return run(notebook, threads, names), found


def recorder(found: list[Comparison]) -> Callable[[str, Any, str, Any], Any]:
    """Function that compares what `rewritten` cells compare, and adds numbers to the list."""

    def compared(text, left, sign, right):
        if _is_number(left) and _is_number(right):
            found.append(Comparison(text, float(left), sign, float(right)))
        return OPERATORS[sign](left, right)

    return compared


def _is_number(value: Any) -> bool:
    return np.ndim(value) == 0 and np.asarray(value).dtype.kind in "biuf"


def rewritten(cell: NotebookNode) -> str:
    """Source of a cell in which seeds are shifted and a check's comparisons are recorded."""
    tree = _Seeds().visit(ast.parse(cell.source))
    if is_grade(cell):
        tree = _Conditions(cell.metadata.nbgrader.grade_id).visit(tree)
    return ast.unparse(ast.fix_missing_locations(tree))


class _Seeds(ast.NodeTransformer):
    """Makes ``seed=1`` ``seed=SHIFTED(1)``, and the same of NumPy's and torch's generators.

    Notebooks that settle on one thread for torch take as many as the script is told.
    """

    def visit_Call(self, node):
        self.generic_visit(node)
        called = getattr(node.func, "attr", None)
        if called in {"default_rng", "manual_seed"}:
            node.args[0] = _call(SHIFTED, node.args[0])
        elif called == "set_num_threads":
            node.args[0] = ast.Name(THREADS, ast.Load())
        for keyword in node.keywords:
            if keyword.arg == "seed":
                keyword.value = _call(SHIFTED, keyword.value)
        return node


class _Conditions(ast.NodeTransformer):
    """Makes ``a < b`` ``COMPARED("cell: a < b", a, "<", b)`` in the conditions of `expect`."""

    def __init__(self, grade_id: str):
        self.grade_id, self.inside = grade_id, False

    def visit_Call(self, node):
        if getattr(node.func, "id", None) != "expect":
            return self.generic_visit(node)
        self.inside = True
        node.args[0] = self.visit(node.args[0])
        self.inside = False
        return node

    def visit_Compare(self, node):
        if not (self.inside and all(type(op) in SIGNS for op in node.ops)):
            return node
        sides = [node.left, *node.comparators]
        pairs = [self._pair(*pair) for pair in zip(sides, node.ops, sides[1:])]
        return pairs[0] if len(pairs) == 1 else ast.BoolOp(ast.And(), pairs)

    def _pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.Call:
        text = f"{self.grade_id}: {ast.unparse(ast.Compare(left, [op], [right]))}"
        return _call(COMPARED, ast.Constant(text), left, ast.Constant(SIGNS[type(op)]), right)


def _call(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


# --- many runs -------------------------------------------------------------------------------


def report(name: str, threads: int, results: dict[int, Result]) -> None:
    """Print the scores of a problem set's runs, {seed: (Graded, comparisons)}, and its limits."""
    totals = sorted(graded.total for graded, _ in results.values())
    print(f"\n{name}, threads {threads}, runs {len(totals)}: {totals[0]} to {totals[-1]} points")
    failed = {}
    for seed, (graded, _) in sorted(results.items()):
        if graded.errors:
            failed.setdefault(str(graded), []).append(seed)
    for errors, seeds in failed.items():
        print(f"  seeds {', '.join(map(str, seeds))}: {errors}")
    for text, group in narrowest(found for _, found in results.values())[:SHOWN]:
        columns = (
            f"{name} {_spread([getattr(one, name) for one in group])}"
            for name in ("left", "right", "room")
        )
        print(f"  {text}\n      {'; '.join(columns)}")


def narrowest(lists: Iterable[list[Comparison]]) -> list[tuple[str, list[Comparison]]]:
    """Comparisons of several runs by their text, those first that came closest to failing.

    Whole numbers are left out: they are counts and signs, which are right or wrong.
    """
    groups = {}
    for one in itertools.chain.from_iterable(lists):
        groups.setdefault(one.text, []).append(one)
    groups = {
        text: group
        for text, group in groups.items()
        if any(number % 1 for one in group for number in (one.left, one.right))
    }
    return sorted(groups.items(), key=lambda item: min(map(_share_left, item[1])))


def _share_left(one: Comparison) -> float:
    return one.room / (max(abs(one.left), abs(one.right)) or 1)


def _spread(numbers: list[float]) -> str:
    low, middle, high = np.quantile(numbers, [0, 0.5, 1])
    return f"{low:.4g}" if low == high else f"{low:.4g} / {middle:.4g} / {high:.4g}"


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("sets", nargs="*", metavar="SET", help="all where none is named")
    parser.add_argument("--seeds", type=int, default=100, help="how many (100)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="of torch (1 2)")
    arguments = parser.parse_args()
    known = problem_sets()
    sets = arguments.sets or known
    if unknown := set(sets) - set(known):
        parser.error(f"SET must be one of {', '.join(known)}; got {', '.join(unknown)}")
    failed = False
    for threads in arguments.threads:
        for name in sets:
            results = run_all(name, range(arguments.seeds), threads)
            report(name, threads, results)
            failed |= any(graded.errors for graded, _ in results.values())
    sys.exit(failed)


def run_all(name: str, seeds: Iterable[int], threads: int) -> dict[int, Result]:
    """`run_with_seed` for many seeds: {seed: (Graded, comparisons)}."""
    results = {}
    with processes(max(1, os.cpu_count() // threads)) as pool:
        waiting = {pool.submit(run_with_seed, name, seed, threads): seed for seed in seeds}
        for done in tqdm(as_completed(waiting), name, len(waiting)):
            results[waiting[done]] = done.result()
    return results


if __name__ == "__main__":
    main()
