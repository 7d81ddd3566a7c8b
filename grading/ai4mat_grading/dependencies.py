"""A hash of all that results depend on beside their own code: the modules of the course's package
that it imports, data, versions, machine. The caches of pages and of grades go by it."""

import ast
import hashlib
import json
import platform
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE = "ai4mat_ising"
# Stands for all modules of the package.
ALL = f"{PACKAGE}.*"
# Modules count where they are imported; the scripts of live figures run in the reader's browser.
NOT_DATA = {".py", ".pyc", ".mjs", ".css"}


def digest(names: Iterable[str], root: Path) -> str:
    """Hash everything outside of a code that its results depend on.

    Parameters
    ----------
    names : iterable of str
        What the code imports, as `imported` lists it.
    root : Path
        The repository.

    Returns
    -------
    str
        It changes with the text of a module of the package that the code imports, directly or by
        way of others, with the package's other files, with ``constraints.txt``, and with the
        machine.
    """
    found = hashlib.sha256(json.dumps(machine()).encode())
    others = (p for p in (root / PACKAGE).rglob("*") if p.suffix not in NOT_DATA)
    files = {root / "constraints.txt", *modules(names, root), *filter(Path.is_file, others)}
    for path in sorted(files):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def machine() -> list[str]:
    """Return what tells Python and the processor: with other instructions a last digit differs."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    name = next((line for line in lines if line.startswith("model name")), platform.processor())
    return [sys.version, platform.platform(), name]


def modules(names: Iterable[str], root: Path) -> set[Path]:
    """Return the files of modules of the package and of all that these import."""
    found, waiting = set(), set(names)
    while waiting:
        for path in _files(waiting.pop(), root) - found:
            found.add(path)
            waiting |= imported(path.read_text())
    return found


@cache
def imported(code: str) -> frozenset[str]:
    """Return the package's modules that a code imports, anywhere in it; some may be functions.

    A code that cannot be parsed, or imports by relative names, counts as if it imported them all.
    """
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return frozenset([ALL])
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            return frozenset([ALL])
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    # Importing a module imports the packages that it is in.
    names = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    return frozenset(name for name in names if name.split(".")[0] == PACKAGE)


def _files(name: str, root: Path) -> set[Path]:
    """Return the file of a module, if there is one, or those of all modules."""
    if name == ALL:
        return set((root / PACKAGE).rglob("*.py"))
    path = root.joinpath(*name.split("."))
    either = (path.with_suffix(".py"), path / "__init__.py")
    return set([file for file in either if file.is_file()][:1])
