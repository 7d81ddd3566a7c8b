"""What the code of a problem set imports, and in which versions: a grade depends on them."""

import ast
import hashlib
import importlib.metadata
import importlib.util
import platform
import sysconfig
from collections.abc import Iterator, Sequence
from pathlib import Path

from .records import Plan


def modules_of(plans: Sequence[Plan]) -> list[str]:
    """Names of the modules that the code of a problem set imports, and that are installed."""
    sources = {source for plan in plans for source in plan.lesson}
    sources |= {cell.source for plan in plans for cell in plan.cells if cell.kind == "code"}
    names = {name for source in sources for name in _imports(source)}
    return sorted(name for name in names if _installed(name.partition(".")[0]))


def versions(modules: Sequence[str]) -> dict[str, str]:
    """Versions of Python, nbgrader, this package and the packages of some modules.

    What is installed from a working copy changes without its version, so its text counts, too.
    """
    found = {"python": platform.python_version()}
    packages = {"nbgrader", "nbformat", __package__, *(name.partition(".")[0] for name in modules)}
    distributions = importlib.metadata.packages_distributions()
    for package in sorted(packages):
        for name in sorted(set(distributions.get(package, []))):
            found[name] = importlib.metadata.version(name)
        if text := _text(package):
            found[f"text of {package}"] = text
    return found


def _imports(source: str) -> Iterator[str]:
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return  # a text, or IPython's own syntax
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ValueError:
        return False


def _text(package: str) -> str | None:
    """Hash of a package's text, unless it stands where installed packages do."""
    spec = importlib.util.find_spec(package)
    installed = {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
    folders = [Path(place) for place in spec and spec.submodule_search_locations or []]
    folders = [f for f in folders if not any(f.is_relative_to(place) for place in installed)]
    if not folders:
        return None
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]
