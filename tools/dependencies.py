"""What results depend on, as a hash: the modules of the package that a code imports, and what all
results depend on. The caches of pages and of grades go by it."""

import ast
import hashlib
import json
import platform
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "ai4mat_ising"


def digest(codes, root=ROOT):
    """Hash everything outside of some pieces of code that their results depend on.

    Parameters
    ----------
    codes : iterable of str
        Python code. One that cannot be parsed counts as if it imported every module.
    root : Path
        The checkout.

    Returns
    -------
    str
        It changes with the text of a module of the package that a code imports, directly or by way
        of others, with the package's other files, with ``constraints.txt``, and with the machine.
    """
    found = hashlib.sha256(json.dumps(machine()).encode())
    others = (p for p in (root / PACKAGE).rglob("*") if p.suffix not in {".py", ".pyc"})
    files = {root / "constraints.txt", *modules(codes, root), *filter(Path.is_file, others)}
    for path in sorted(files):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def machine():
    """Python and the processor: with other instructions a last digit may differ."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    name = next((line for line in lines if line.startswith("model name")), platform.processor())
    return [sys.version, platform.platform(), name]


def modules(codes, root=ROOT):
    """Files of the package that some code imports, directly or by way of others."""
    found, waiting = set(), {name for code in codes for name in imported(code)}
    while waiting:
        path = _file(waiting.pop(), root)
        if path and path not in found:
            found.add(path)
            waiting |= imported(path.read_text())
    return found


@cache
def imported(code):
    """Names of the package's modules in imports of a code; some may name a function."""
    names = set()
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:
        here = ROOT / PACKAGE
        return {".".join(p.relative_to(ROOT).with_suffix("").parts) for p in here.rglob("*.py")}
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    parents = {name.rsplit(".", i)[0] for name in names for i in range(name.count(".") + 1)}
    return {name for name in parents if name.split(".")[0] == PACKAGE}


def _file(name, root):
    """The file of a module, or None."""
    path = root.joinpath(*name.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)
