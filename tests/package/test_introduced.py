"""Where a docstring says "Introduced in ...", code of that chapter uses it, of none before does."""

import ast
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import ai4mat_ising

BOOK = Path(__file__).parents[2] / "book"
# What docstrings call the chapters.
CHAPTERS = {
    "the chapter on the Ising model": "ising_model",
    "the chapter on the data": "know_your_data",
    "the week-11 chapter": "autoencoder",
    "the chapter on what a VAE optimises": "what_a_vae_optimises",
    "the chapter on notebook 20": "notebook20",
    "the chapter on the anatomy of the ELBO": "anatomy_of_the_elbo",
    "the chapter on two latents": "two_latents",
    "the chapter on the critical point": "critical_point",
    "the chapter on generating critical configurations": "critical_generation",
    "the chapter on learning from the energy": "learning_from_the_energy",
    "the chapter on vector order parameters": "vector_order",
    "the chapter on perfect samples": "perfect_samples",
}
ORDER = re.findall(r"(?:root|file): (\w+)", (BOOK / "_toc.yml").read_text())
MODULES = [
    importlib.import_module(module.name)
    for module in pkgutil.walk_packages(ai4mat_ising.__path__, "ai4mat_ising.")
]


def statements():
    """(object, what its docstring calls the chapter) for all modules, functions and classes."""
    for module in MODULES:
        defined = [v for v in vars(module).values() if inspect.isfunction(v) or inspect.isclass(v)]
        for thing in [module, *(v for v in defined if v.__module__ == module.__name__)]:
            text = " ".join((thing.__doc__ or "").split())
            for chapter in re.findall(r"[Ii]ntroduced in ([^.]*)\.", text):
                yield pytest.param(thing, chapter, id=thing.__name__.removeprefix("ai4mat_ising."))


def code_of(page):
    """The code cells of a page, without their options."""
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    options = r"\A(---\n.*?^---\n|(:[^\n]*\n)+)"
    return "\n".join(re.sub(options, "", cell, flags=re.DOTALL | re.MULTILINE) for cell in cells)


def things_used(code):
    """Objects of ours that code names after having imported them, and the modules they are of."""
    tree, bound, used = ast.parse(code), {}, []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ai4mat_ising"):
            importlib.import_module(node.module)
            for alias in node.names:
                bound[alias.asname or alias.name] = _named(node.module, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in bound:
            used.append(bound[node.id])
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", None) in bound:
            used.append(getattr(bound[node.value.id], node.attr, None))
    return used + [inspect.getmodule(thing) for thing in used]


def _named(module, name):
    module = importlib.import_module(module)
    return getattr(module, name, None) or importlib.import_module(f"{module.__name__}.{name}")


USED = {
    name: things_used(code_of((BOOK / f"{name}.md").read_text())) for name in ORDER if name != "api"
}


def first_use(thing):
    """The first chapter whose code uses a thing, or None."""
    return next((name for name, used in USED.items() if any(thing is u for u in used)), None)


@pytest.mark.parametrize("thing, chapter", list(statements()))
def test_what_is_introduced_in_a_chapter_is_used_there_first(thing, chapter):
    assert chapter in CHAPTERS, f"give {chapter!r} a page in CHAPTERS"
    assert first_use(thing) == CHAPTERS[chapter]


def test_chapters_that_docstrings_speak_of_exist():
    assert set(CHAPTERS.values()) <= set(ORDER)


PAGE = """
```{code-cell} ipython3
---
mystnb: {image: {alt: A picture.}}
---
from ai4mat_ising import latent
from ai4mat_ising.generation import draw, measure
z = latent.encode(model, x)
```
```{code-cell} ipython3
:tags: [remove-cell]
spins = draw(model.decode(z))
```
A word of `measure`, and prose that calls project(z).
"""


def test_a_name_counts_as_used_only_where_code_calls_what_was_imported():
    from ai4mat_ising import drawing, judging, latent

    used = things_used(code_of(PAGE))
    for thing in (latent, latent.encode, drawing.draw, drawing):
        assert any(thing is u for u in used)
    for thing in (judging, judging.measure, latent.project, latent.interpolate):
        assert not any(thing is u for u in used)
