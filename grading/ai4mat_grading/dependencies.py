"""What results depend on, as a hash: the modules of the package that their code imports, and what
all results depend on. The caches of pages and of grades go by it."""

import ast
import hashlib
import json
import platform
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "ai4mat_ising"


def digest(names, root=ROOT):
    """Hash everything outside of a code that its results depend on.

    Parameters
    ----------
    names : iterable of str
        What the code imports, as `imported` lists it.
    root : Path
        The checkout.

    Returns
    -------
    str
        It changes with the text of a module of the package that the code imports, directly or by
        way of others, with the package's other files, with ``constraints.txt``, and with the
        machine.
    """
    found = hashlib.sha256(json.dumps(machine()).encode())
    others = (p for p in (root / PACKAGE).rglob("*") if p.suffix not in {".py", ".pyc"})
    files = {root / "constraints.txt", *modules(names, root), *filter(Path.is_file, others)}
    for path in sorted(files):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def machine():
    """Return what tells Python and the processor: with other instructions a last digit differs."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    name = next((line for line in lines if line.startswith("model name")), platform.processor())
    return [sys.version, platform.platform(), name]


def modules(names, root=ROOT):
    """Return the files of modules of the package and of all that these import."""
    found, waiting = set(), set(names)
    while waiting:
        path = _file(waiting.pop(), root)
        if path and path not in found:
            found.add(path)
            waiting |= imported(path.read_text())
    return found


@cache
def imported(code):
    """Return the package's modules that a code imports, anywhere in it; some may be functions.

    A code that cannot be parsed, or imports by relative names, counts as if it imported them all.
    """
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        return _all_modules()
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level:
            return _all_modules()
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    # Importing a module imports the packages that it is in.
    names = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    return frozenset(name for name in names if name.split(".")[0] == PACKAGE)


def _all_modules():
    files = (ROOT / PACKAGE).rglob("*.py")
    return frozenset(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)


def _file(name, root):
    """Return the file of a module, or None."""
    path = root.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)
