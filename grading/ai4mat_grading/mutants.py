"""Mutants of the reference answers: which small mistakes cost which points, and which cost none.

    python -m ai4mat_grading.mutants vector_order
    python -m ai4mat_grading.mutants latent_1d --functions train_autoencoder --sample 20

Each mutant is a reference answer with one change between ``### BEGIN SOLUTION`` and ``### END
SOLUTION``; all other answers are those of ``base.py``. The list
``tests/assignments/NAME/mutants.txt`` has a line for each: function, line with the change in
braces, and after the last bar what became of it:

- the graded cells that lose their points, in the order of the notebook;
- ``equivalent: REASON`` where it does what the docstring says, too, or ``free: REASON`` where the
  docstring leaves the choice. This is written by hand, and kept;
- ``survives``: no cell notices it, which calls for a better test or a reason;
- ``not run``, after a run with ``--sample`` or ``--functions``: the tests do not take it.

Cells of which the list says that they are slow are left to this command: the tests run the others.
"""

import argparse
import re
import sys
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from .mutations import sample_of
from .notebooks import asked_functions, graded_cells
from .outcomes import Run, Runner, mutants_of
from .repository import problem_sets, read_source, root

# A cell that takes more seconds of a processor with the reference is slow.
SLOW = 0.15

HEADER = """\
# Mutants of the reference answers, made by python -m ai4mat_grading.mutants, which says what the
# lines mean. Reasons are written by hand.
"""

REASON = re.compile(r"(equivalent|free): \S.*")
SURVIVES, NOT_RUN = "survives", "not run"
# What a mutant is called in the list: the function and the change.
Key = tuple[str, str]


class Listed(NamedTuple):
    """What a list says: graded cells that are slow, and what became of each mutant."""

    slow: list[str]
    outcomes: dict[Key, str]


def path_of(name: str) -> Path:
    """Where a problem set's list is."""
    return root() / "tests" / "assignments" / name / "mutants.txt"


def read_list(name: str) -> Listed:
    """Read a problem set's list, which may be missing."""
    slow, outcomes = [], {}
    lines = path_of(name).read_text().splitlines() if path_of(name).exists() else []
    for line in lines:
        if line.startswith("# Slow: "):
            slow = line.removeprefix("# Slow: ").split()
        elif line and not line.startswith("#"):
            function, rest = line.split(" | ", 1)
            shown, outcome = rest.rsplit(" | ", 1)
            outcomes[function, shown] = outcome
    return Listed(slow, outcomes)


def write_list(name: str, listed: Listed) -> None:
    """Write a problem set's list."""
    slow = "# Slow: " + " ".join(listed.slow) + "\n" if listed.slow else ""
    lines, last = [], None
    for (function, shown), outcome in listed.outcomes.items():
        lines += ["", f"{function} | {shown} | {outcome}"][function == last :]
        last = function
    path_of(name).write_text(HEADER + slow + "\n".join([*lines, ""]))


def outcome_of(lost: list[str], before: str) -> str:
    """What the list says of a mutant: cells it has lost, or else the reason that it had before."""
    return " ".join(lost) or (before if REASON.fullmatch(before) else SURVIVES)


def renew(
    name: str, functions: Collection[str], sample: int | None = None, survivors: bool = False
) -> Listed:
    """Run mutants of some functions and renew the list.

    Parameters
    ----------
    name : str
        Problem set.
    functions : collection of str
        Their names.
    sample : int, optional
        Run at most so many mutants of each.
    survivors : bool
        Run only those that survive by the list.
    """
    mutants, old = mutants_of(name), read_list(name)
    names = [f for f in dict.fromkeys(m.function for m in mutants) if f in functions]
    outcomes = {m[:2]: old.outcomes.get(m[:2], NOT_RUN) for m in mutants}
    with Runner(name) as runner:
        references = runner.references(names)
        if broken := {f: r.lost for f, r in references.items() if r.lost}:
            raise ValueError(f"{name}: references must lose no points to begin with, got {broken}")
        limits = {
            f: {cell: 10 * seconds for cell, seconds in one.seconds.items()}
            for f, one in references.items()
        }
        chosen = [
            mutant
            for f in names
            for mutant in sample_of([m for m in mutants if m.function == f], sample)
            if not survivors or outcomes[mutant[:2]] == SURVIVES
        ]
        lost = runner.lost([(m, references[m.function].seconds) for m in chosen], limits)
        for mutant, cells in zip(chosen, tqdm(lost, name, len(chosen), disable=None)):
            outcomes[mutant[:2]] = outcome_of(cells, outcomes[mutant[:2]])
    return Listed(slow_cells(name, references, old), outcomes)


def slow_cells(name: str, references: dict[str, Run], old: Listed) -> list[str]:
    """Name the slow cells in their order: those of the old list, and those that are slow now."""
    found = set(old.slow)
    for reference in references.values():
        found |= {cell for cell, seconds in reference.seconds.items() if seconds > SLOW}
    return [cell for cell in graded_cells(read_source(name)) if cell in found]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    known = problem_sets()
    parser.add_argument("set", choices=known, metavar="SET", help=", ".join(known))
    parser.add_argument("--functions", nargs="+", metavar="NAME", help="of the set; otherwise all")
    parser.add_argument("--sample", type=int, help="at most so many mutants of each function")
    parser.add_argument("--survivors", action="store_true", help="only those of the list")
    arguments = parser.parse_args()
    asked = list(asked_functions(read_source(arguments.set)))
    functions = arguments.functions or asked
    if unknown := set(functions) - set(asked):
        parser.error(f"NAME must be one of {', '.join(asked)}; got {', '.join(unknown)}")
    listed = renew(arguments.set, functions, arguments.sample, arguments.survivors)
    write_list(arguments.set, listed)
    survivors = [" | ".join(key) for key, said in listed.outcomes.items() if said == SURVIVES]
    print("\n".join(survivors))
    print(f"{arguments.set}: {len(listed.outcomes)} mutants, {len(survivors)} survive unexplained")
    sys.exit(bool(survivors))


if __name__ == "__main__":
    main()
