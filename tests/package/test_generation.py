"""`generation` is one door to the modules behind it."""

import ast
from pathlib import Path

from ai4mat_ising import (
    autoregressive,
    drawing,
    energy_training,
    exchangeable,
    generation,
    hierarchical,
    judging,
    variational,
)

MODELS = [autoregressive, hierarchical]
WHOLE = [drawing, exchangeable, judging, variational]  # all their public names are of the course


def test_generation_offers_the_names_of_the_course_and_holds_none_of_its_own():
    rooms = [*MODELS, *WHOLE, energy_training]
    for name in generation.__all__:
        assert any(vars(room).get(name) is getattr(generation, name) for room in rooms), name
    statements = ast.parse(Path(generation.__file__).read_text()).body
    assert {type(node) for node in statements} == {ast.Expr, ast.ImportFrom, ast.Assign}


def test_all_public_names_of_the_rooms_are_behind_the_door():
    for room in WHOLE:
        for name, value in vars(room).items():
            if getattr(value, "__module__", "") == room.__name__ and not name.startswith("_"):
                assert name in generation.__all__
