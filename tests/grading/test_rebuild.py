"""What is the instructor's comes from the plan, whatever was done to the file; the rest is kept."""

import json

import nbformat
import pytest
from ai4mat_grading import rebuild as rooms
from ai4mat_grading.rebuild import rebuild
from small import answer, cell, check, handed_in, hidden, plan

PLAN = plan(
    answer("double"),
    check("check_double", "assert double(2) == 4"),
    hidden("test_double", "assert double(3) == 6", points=2),
    answer("half"),
)
RIGHT = "def double(x):\n    return 2 * x"


def notebook(*cells, **others):
    """Bytes of a notebook of these dicts."""
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | others)


def entry(name=None, source="", **others):
    """A cell as a hostile tool may write it."""
    metadata = {} if name is None else {"nbgrader": {"grade_id": name}}
    return {"cell_type": "code", "metadata": metadata, "source": source} | others


def rebuilt(*cells, **others):
    return rebuild(notebook(*cells, **others).encode(), PLAN)


def sources(found):
    """Sources by grade_id, and the student's own in order."""
    named = {c.metadata.nbgrader.grade_id: c.source for c in found.notebook.cells if c.metadata}
    return named, [c.source for c in found.notebook.cells if not c.metadata]


# --- what comes from the plan -------------------------------------------------------------------


def test_a_submission_as_released_gives_no_note():
    found = rebuild(handed_in(*(cell(c.name, c.source) for c in PLAN.cells)), PLAN)
    assert found.readable and found.notes == []
    assert sources(found) == ({c.name: c.source for c in PLAN.cells}, [])


def test_a_locked_cell_comes_from_the_plan_and_an_answer_from_the_student():
    found = rebuilt(*[entry(c.name, "1") for c in PLAN.cells])
    named, _ = sources(found)
    assert named == {
        "double": "1",
        "check_double": PLAN.cells[1].source,
        "test_double": PLAN.cells[2].source,
        "half": "1",
    }
    assert found.notes == [
        "locked cell check_double was edited: the original counts",
        "locked cell test_double was edited: the original counts",
    ]


def test_a_hidden_test_as_students_got_it_was_not_edited():
    assert not rebuilt(*[entry(c.name, c.source if not c.hidden else "") for c in PLAN.cells]).notes


def test_missing_cells_are_put_back_in_the_order_of_the_plan():
    found = rebuilt(entry("half", "2"), entry("double", RIGHT))
    names = [c.metadata.nbgrader.grade_id for c in found.notebook.cells]
    assert names == [c.name for c in PLAN.cells]
    assert sources(found)[0]["double"] == RIGHT
    missing = [f"cell {name} was missing: put back" for name in ("check_double", "test_double")]
    assert found.notes == missing


def test_roles_points_and_checksums_are_those_of_the_plan():
    forged = {"grade_id": "test_double", "points": 100, "grade": False, "solution": True}
    found = rebuilt(entry(None, "", metadata={"nbgrader": forged, "tags": ["skip-execution"]}))
    (test,) = (c for c in found.notebook.cells if c.metadata.nbgrader.grade_id == "test_double")
    about = test.metadata.nbgrader
    assert (about.points, about.grade, about.solution, about.locked) == (2, True, False, True)


# --- what is the student's ----------------------------------------------------------------------


def test_a_cell_with_an_unknown_name_is_the_students_own():
    found = rebuilt(entry("double", RIGHT), entry("secret", "x = 1"))
    assert sources(found)[1] == ["x = 1"]
    assert "cell secret is none of the problem set: taken as the student's" in found.notes


def test_of_two_answers_the_last_one_runs_last_and_a_second_test_is_left_out():
    found = rebuilt(
        entry("double", "first"),
        entry("double", "second"),
        entry("check_double", PLAN.cells[1].source),
        entry("check_double", "points = 100"),
    )
    named, own = sources(found)
    assert named["double"] == "first" and own == ["second"]
    assert [c.source for c in found.notebook.cells][:2] == ["first", "second"]
    for name in ("double", "check_double"):
        assert f"cell {name} is there more than once" in found.notes


def test_own_cells_stay_behind_the_cell_that_they_followed():
    found = rebuilt(entry(None, "before"), entry("double", RIGHT), entry(None, "after"))
    assert [c.source for c in found.notebook.cells][:3] == ["before", RIGHT, "after"]


def test_an_answer_that_has_lost_its_name_is_known_by_what_it_defines():
    given = plan(answer("double", "def double(x):\n    raise NotImplementedError()"))
    found = rebuild(notebook(entry(None, RIGHT)).encode(), given)
    assert sources(found) == ({"double": RIGHT}, [])
    assert found.notes == ["cell double had lost its name: known by what it defines"]


def test_tags_outputs_attachments_and_widgets_are_dropped():
    metadata = {"nbgrader": {"grade_id": "double"}, "tags": ["skip-execution"], "editable": False}
    output = {"output_type": "stream", "name": "stdout", "text": "20 of 20"}
    given = entry(None, RIGHT, metadata=metadata, outputs=[output], attachments={"a": 1})
    widgets = {"widgets": {"application/vnd.jupyter.widget-state+json": {"state": {}}}}
    found = rebuilt(given, metadata=widgets)
    text = nbformat.writes(found.notebook)
    for word in ("skip-execution", "20 of 20", "widget", "attachments", "editable"):
        assert word not in text
    nbformat.validate(found.notebook)


def test_ids_are_unique_whatever_was_given():
    found = rebuilt(*[entry("double", "1", id="planned-x") for _ in range(5)])
    ids = [c.id for c in found.notebook.cells]
    assert len(set(ids)) == len(ids)


# --- hostile files ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"NaN",
        b"[1]",
        b"\xff\xfe",
        b'{"nbformat": 4}',
        b'{"nbformat": 4, "cells": {}}',
        b'{"nbformat": 4, "cells": []}',
        b'{"nbformat": 1e400, "cells": []}',
        b'{"nbformat": "4", "cells": []}',
        b'{"nbformat": 99, "cells": []}',
        b'{"nbformat": 3, "worksheets": 7}',
        b'{"nbformat": 2, "worksheets": [{"cells": [[]]}]}',
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"nbformat": 4, "cells": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"nbformat": 4, "n": ' + b"9" * 5000 + b', "cells": []}',
    ],
    ids=range(17),
)
def test_what_is_no_notebook_of_the_set_is_graded_as_if_it_were_empty(raw):
    found = rebuild(raw, PLAN)
    assert not found.readable
    assert sources(found) == ({c.name: c.source for c in PLAN.cells}, [])
    assert "graded as if it were empty" in found.notes[0]


def test_a_notebook_of_version_3_is_read():
    old = {"cell_type": "code", "input": RIGHT, "outputs": [], "language": "python"}
    old["metadata"] = {"nbgrader": {"grade_id": "double"}}
    raw = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": [old]}]}
    found = rebuild(json.dumps(raw).encode(), PLAN)
    assert found.readable and sources(found)[0]["double"] == RIGHT


ODD = [None, 5, 1.5, True, "text", [], [[]], {}, {"nbgrader": 5}, {"nbgrader": []}]


@pytest.mark.parametrize("odd", [*ODD, {"nbgrader": {"grade_id": [1]}}, float("nan"), 10**400])
@pytest.mark.parametrize("key", ["cell_type", "metadata", "source", "outputs", "id"])
def test_cells_of_wrong_types_are_left_out_or_empty(key, odd):
    found = rebuilt(entry("double", RIGHT), {**entry(None, "x"), key: odd}, odd)
    assert found.readable and sources(found)[0]["double"] == RIGHT
    nbformat.validate(found.notebook)


def test_a_line_that_is_no_text_is_left_out():
    found = rebuilt(entry("double", ["a = 1\n", 5, None, ["b"], "c = 2"]))
    assert sources(found)[0]["double"] == "a = 1\nc = 2"


def test_lone_surrogates_become_question_marks():
    raw = notebook(entry("double", "x = '\ud800'"), entry("\udfff", "y")).encode()
    named, own = sources(rebuild(raw, PLAN))
    assert named["double"] == "x = '?'" and own == ["y"]


def test_a_huge_cell_is_cut_and_of_many_the_first_are_kept():
    many = rooms.MOST_CELLS + 50
    found = rebuilt(
        entry("double", "#" * (rooms.MOST_CHARACTERS + 9)),
        *[entry(None, f"x = {i}") for i in range(many)],
        entry("half", "2"),
    )
    named, own = sources(found)
    assert len(named["double"]) == rooms.MOST_CHARACTERS and named["half"] == "2"
    assert own == [f"x = {i}" for i in range(rooms.MOST_CELLS)]
    said = f"of {many} cells of code of the student's own the first {rooms.MOST_CELLS} were kept"
    assert said in found.notes


def test_many_cells_are_not_parsed_once_for_each_answer(monkeypatch):
    """A file may hold a million cells, and each could be an answer that has lost its name."""
    parsed = []
    monkeypatch.setattr(rooms.ast, "parse", lambda text: parsed.append(text) or ast_of(text))
    rebuilt(*[entry(None, f"x = {i}") for i in range(1000)], entry("double", RIGHT))
    assert len(parsed) < 10


def ast_of(text):
    return compile(text, "cell", "exec", flags=1024)  # ast.PyCF_ONLY_AST
