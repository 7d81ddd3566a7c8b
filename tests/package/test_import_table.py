"""Who may import whom: the tables in CONTRIBUTING.md are the law, and this test their reader.

A row names a module of a package and the modules of the same package that it imports, anywhere in
its text; each of them must stand in a row further up, so that there are no cycles.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Packages, and the words in bold above their tables.
TABLES = {
    ROOT / "ai4mat_ising": "Who imports whom.",
    ROOT / "grading" / "ai4mat_grading": "The rooms of `grading/`.",
}
WHERE = "its package's table in CONTRIBUTING.md"


def read_table(title):
    """Rows of a table in order: {module: [modules that it may import]}."""
    section = (ROOT / "CONTRIBUTING.md").read_text().split(f"**{title}**")[1]
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", section.split("\n\n**")[0], re.MULTILINE)
    return {module: re.findall(r"`([\w.]+)`", allowed) for module, allowed in rows}


def name_of(path, root):
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def read_imports(root):
    """Imports of a package from itself: {module: {imported module: line}}."""
    paths = {name_of(path, root): path for path in sorted(root.rglob("*.py"))}
    del paths["__init__"]
    return {
        name: dict(
            sorted(
                (used.removeprefix(f"{root.name}."), node.lineno)
                for node in ast.walk(ast.parse(path.read_text()))
                for used in _imported(node, path, root, paths)
            )
        )
        for name, path in paths.items()
    }


def _imported(node, path, root, known):
    """Full names of the modules of a package that a statement imports."""
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        if node.level:
            folders = path.relative_to(root.parent).parts[: -node.level]
            module = ".".join([*folders, *filter(None, [module])])
        names = [f"{module}.{alias.name}" for alias in node.names]
        # A name that is no module itself comes out of the one before it.
        names = [n if n.removeprefix(f"{root.name}.") in known else module for n in names]
    else:
        names = []
    return [name for name in names if name.startswith(f"{root.name}.")]


def problems(table, imports):
    """What is wrong, a sentence for each."""
    rows = [*table]
    found = [f"`{m}` has no row in {WHERE}: add one" for m in imports if m not in table]
    found += [f"`{m}` has a row in {WHERE}, but there is no such module" for m in table.keys()
              - imports.keys()]  # fmt: skip
    for module in table.keys() & imports.keys():
        used, allowed = imports[module], table[module]
        found += [
            f"`{module}` imports `{other}` (line {used[other]}), which {WHERE} does not "
            "allow: what both need belongs into a module below both, or the row must change"
            for other in used.keys() - set(allowed)
        ]
        found += [
            f"`{module}` may import `{other}` by {WHERE}, but does not: take it out of the row"
            for other in allowed
            if other not in used
        ]
        found += [
            f"`{module}` may import `{other}` by {WHERE}, but `{other}` has no row above it: "
            "imports go one way, from a row to rows above"
            for other in allowed
            if other not in rows[: rows.index(module)]
        ]
    return sorted(found)


TABLE, ROOMS = map(read_table, TABLES.values())
CLEAN = {module: dict.fromkeys(allowed, 1) for module, allowed in TABLE.items()}


@pytest.mark.parametrize("package", TABLES, ids=lambda package: package.name)
def test_every_import_is_in_the_table_and_every_entry_is_used(package):
    assert problems(read_table(TABLES[package]), read_imports(package)) == []


def test_leaves_are_leaves():
    """Whoever changes the table must think twice about these."""
    for leaf in ("arguments", "files", "packing", "slices", "checks", "published"):
        assert TABLE[leaf] == []
    assert TABLE["exact"] == TABLE["observables"] == ["arguments"]
    assert not any("plotting" in allowed or "cli" in allowed for allowed in TABLE.values())
    for leaf in ("records", "notebooks", "processes", "dependencies"):
        assert ROOMS[leaf] == []


@pytest.fixture
def package(tmp_path):
    """A package of three modules that imports in every way there is."""
    root = tmp_path / "ours"
    (root / "inner").mkdir(parents=True)
    texts = {
        "__init__": "",
        "below": "import numpy",
        "inner/__init__": "from ours.inner.part import g",
        "inner/part": "from ..below import f\nfrom . import part",
        "above": "def f():\n    from ours import below, inner\n    import ours.inner.part as p",
    }
    for name, text in texts.items():
        (root / f"{name}.py").write_text(text)
    return root


def test_imports_are_found_in_functions_and_in_every_spelling(package):
    assert read_imports(package) == {
        "above": {"below": 2, "inner": 2, "inner.part": 3},
        "below": {},
        "inner": {"inner.part": 1},
        "inner.part": {"below": 1, "inner.part": 2},
    }


@pytest.mark.parametrize(
    "module, other, table, imports",
    [
        ("exact", "sampling", {}, {"exact": {"arguments": 1, "sampling": 2}}),
        ("latent", "training", {"latent": [*TABLE["latent"], "training"]}, {}),
        ("cache", "sampling", {"cache": [*TABLE["cache"], "sampling"]},
         {"cache": {**CLEAN["cache"], "sampling": 9}}),
        ("cache", "cache", {"cache": [*TABLE["cache"], "cache"]},
         {"cache": {**CLEAN["cache"], "cache": 9}}),
        ("new", "new", {}, {"new": {}}),
        ("gone", "gone", {"gone": []}, {}),
    ],
    ids=["not allowed", "not used", "against the order", "itself", "no row", "no module"],
)  # fmt: skip
def test_a_problem_names_both_modules_and_the_table(module, other, table, imports):
    (found,) = problems({**TABLE, **table}, {**CLEAN, **imports})
    assert f"`{module}`" in found and f"`{other}`" in found and "CONTRIBUTING.md" in found
