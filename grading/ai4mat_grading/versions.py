"""Versions of what the code of a problem set imports: a grade depends on them."""

import hashlib
import importlib.metadata
import importlib.util
import platform
import sysconfig
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path


def installed(modules: Sequence[str]) -> list[str]:
    """Those modules whose package is installed here; nothing is imported."""
    return sorted(name for name in modules if _spec(name.partition(".")[0]))


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


def _spec(package: str) -> ModuleSpec | None:
    try:
        return importlib.util.find_spec(package)
    except ValueError:  # it has been loaded, and in an unusual way
        return None


def _text(package: str) -> str | None:
    """Hash of a package's text, unless it stands where installed packages do."""
    spec = _spec(package)
    standard = {sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")}
    folders = [Path(place) for place in spec and spec.submodule_search_locations or []]
    folders = [f for f in folders if not any(f.is_relative_to(place) for place in standard)]
    if not folders:
        return None
    paths = sorted(path for folder in folders for path in folder.rglob("*.py"))
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()[:16]
