"""A listing is the code that a class runs, and nothing else of its source."""

import ast

import pytest
import torch

from ai4mat_ising import models
from ai4mat_ising.listing import listing
from ai4mat_ising.models import VAE, ConvAutoencoder

TAUGHT = [ConvAutoencoder, VAE]


def _check_size(size):
    if size < 1:
        raise ValueError(size)


def checked_size(name, size, least):
    return size


def example(size, codes, factor=1):
    """Do what the rest of the docstring says.

    More of it.
    """
    _check_size(size)
    factor = checked_size("factor", factor, 1)

    for value in codes:
        if value is None:
            raise ValueError(f"codes must be numbers, got {value!r}")
    # A comment, and a string that is used.
    name = "twice"
    if factor == 2:
        return name

    return checked_size("size", size, 1) * factor


EXPECTED = """def example(size, codes, factor=1):
    # A comment, and a string that is used.
    name = "twice"
    if factor == 2:
        return name

    return size * factor
"""


def test_docstrings_and_checks_go_and_the_rest_stays():
    assert listing(example) == EXPECTED


def test_jupyter_shows_a_block_of_python():
    assert listing(example)._repr_markdown_() == f"```python\n{EXPECTED}```"


@pytest.mark.parametrize("thing", TAUGHT)
def test_the_classes_of_the_lessons_fit_on_a_page(thing):
    text = listing(thing)
    nodes = list(ast.walk(ast.parse(text)))
    assert not any(isinstance(node, ast.Raise) for node in nodes)
    assert '"""' not in text and "check" not in text
    assert [line for line in text.splitlines() if len(line) > 76] == []


@pytest.mark.parametrize("thing", TAUGHT)
def test_the_listing_of_a_class_does_what_the_class_does(thing):
    names = dict(vars(models))
    exec(listing(thing), names)
    x = (torch.rand(3, 1, 8, 8) < 0.5).float()
    outcomes = []
    for cls in (thing, names[thing.__name__]):
        torch.manual_seed(0)
        model = cls(size=8)
        outcomes.append([*model.parameters(), model.loss(x)])
        if thing is VAE:
            bounds = model.elbo(x), model.iwae_bound(x, k=2)
            outcomes[-1] += [*bounds, torch.from_numpy(model.sample(2))]
    assert cls is not thing
    assert all(torch.equal(a, b) for a, b in zip(*outcomes, strict=True))
