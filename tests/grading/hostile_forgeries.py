"""Submissions whose file was changed by hand: metadata, cells, versions, outputs."""

import copy

from hostile_secrets import SCRIPT
from submissions import (
    Keeps,
    answers_of,
    anything,
    code,
    find,
    hostile,
    insert,
    markdown,
    perhaps_without,
    role,
    tests,
    without,
    worth,
)

V, L = "vector_order", "latent_pca"


def forge(name, edit, problem_set=V, base="nonsense", keeps=None, **more):
    """A submission changed by hand; with nonsense for answers it must not get a point."""
    return hostile(name, problem_set, base, keeps, edit=edit, **more)


def each(change, which=tests):
    """An edit of each cell of a kind."""

    def edit(notebook):
        for cell in which(notebook):
            change(cell)

    return edit


def cells_of(notebook):
    """All cells."""
    return notebook["cells"]


# --- tests ---------------------------------------------------------------------------------------


def _passes(cell):
    cell["source"] = "pass"


def _own_number(cell):
    cell["source"] = "100"


def _forged_outputs(cell):
    result = {"output_type": "execute_result", "data": {"text/plain": "2"}, "metadata": {}}
    cell["outputs"] = [result | {"execution_count": 1}, {"output_type": "stream", "name": "stdout"}]
    cell["execution_count"] = 1


def _without_tests(notebook):
    notebook["cells"] = [cell for cell in notebook["cells"] if cell not in tests(notebook)]


def _tests_twice(before):
    def edit(notebook):
        for cell in tests(notebook):
            forged = copy.deepcopy(cell) | {"source": "pass", "id": f"x-{cell['id']}"}
            place = notebook["cells"].index(cell)
            notebook["cells"].insert(place if before else place + 1, forged)

    return edit


def _ids_swapped(one, other):
    def edit(notebook):
        first, second = find(notebook, one), find(notebook, other)
        role(first)["grade_id"], role(second)["grade_id"] = other, one

    return edit


def _renamed(cell):
    role(cell)["grade_id"] += "_2"


def _tests_last(notebook):
    graded = tests(notebook)
    notebook["cells"] = [c for c in notebook["cells"] if c not in graded] + graded


def _tests_first(notebook):
    graded = tests(notebook)
    notebook["cells"] = graded + [c for c in notebook["cells"] if c not in graded]


TESTS = [
    forge("the bodies of all tests replaced", each(_passes)),
    forge("hidden tests filled with a number", each(_own_number), L),
    forge("results forged in the file", each(_forged_outputs)),
    forge("all tests deleted", _without_tests, L),
    forge("all tests deleted, right answers", _without_tests, base="right"),
    forge("forged copies before the tests", _tests_twice(True)),
    forge("forged copies after the tests", _tests_twice(False), L),
    forge("ids of two tests swapped", _ids_swapped("test_tensor", "test_letter_key")),
    forge("ids of a test and an answer swapped", _ids_swapped("test_space", "order_in_space")),
    forge(
        "ids of two answers swapped, right answers",
        _ids_swapped("q_tensor", "order_and_director"),
        base="right",
    ),
    forge("tests renamed", each(_renamed)),
    forge("tests renamed, right answers", each(_renamed), base="right"),
    forge(
        "answers renamed, right answers",
        each(_renamed, answers_of),
        base="right",
        note="what the student wrote still runs, and no stub may take its place",
    ),
    forge("tests moved to the end, right answers", _tests_last, L, "right"),
    forge(
        "tests moved to the front, right answers",
        _tests_first,
        base="right",
        keeps=anything(V),
        note="the order of cells counts, but the order of tests is not the student's",
    ),
    forge("tests as markdown", each(lambda cell: cell.update(cell_type="markdown")), L),
    forge(
        "tests as raw cells, right answers",
        each(lambda cell: cell.update(cell_type="raw")),
        base="right",
    ),
    forge(
        "one answer as markdown",
        lambda notebook: find(notebook, "turns").update(cell_type="markdown"),
        base="right",
        keeps=perhaps_without(V, "turns"),
    ),
]

# --- metadata ------------------------------------------------------------------------------------


def _all_points(cell):
    role(cell).update(points=100.0)


def _ungraded(cell):
    role(cell).update(grade=False, solution=True, locked=False, task=False)
    cell["source"] = "pass"


def _unlocked(cell):
    role(cell).update(locked=False, checksum=None)
    cell["source"] = "2.0"


def _bonus(notebook):
    meta = {"grade": True, "solution": False, "locked": True, "task": False, "points": 100}
    for name in ("bonus", "test_bonus", "written_letter_2"):
        meta = meta | {"grade_id": name, "schema_version": 3, "cell_type": "code", "checksum": "0"}
        notebook["cells"].append(code("100", nbgrader=meta) | {"id": name})


def _tagged(*tags):
    def change(cell):
        cell["metadata"]["tags"] = list(tags)

    return change


JUNK = [None, 5, -1.5, True, "x" * 1000, [], ["grade_id"], {}, {"grade_id": None}, {"grade_id": 3}]
JUNK += [{"grade_id": []}, {"grade_id": {"a": 1}}, {"grade_id": ""}, {"grade_id": "\ud800"}]
JUNK += [{"grade_id": "../../../x"}, {"grade_id": "a" * 100_000}, {"schema_version": "two"}]


def _junk(notebook):
    for number, value in enumerate(JUNK):
        notebook["cells"].append(code("1", nbgrader=value) | {"id": f"junk-{number}"})
        notebook["cells"].insert(0, markdown("", nbgrader=value) | {"id": f"junk-m{number}"})


def _junk_points(notebook):
    values = ["lots", -5, 1e308, True, None, [], {}, float("nan"), float("inf"), 10**400]
    for cell, value in zip(tests(notebook), values):
        role(cell)["points"] = value
    for cell, value in zip(reversed(tests(notebook)), values):
        role(cell).update(checksum=value, schema_version=value, locked=value, cell_type=value)


def _no_cell_metadata(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["metadata"] = [None, 5, [], "x"][number % 4]


def _scalars_for_metadata(notebook):
    for number, cell in enumerate(tests(notebook)):
        cell["metadata"] = [None, 5, [], "x", {"nbgrader": None}][number % 5]


def _widgets(notebook):
    state = {"state": {"a" * 32: {"model_name": "HTMLModel", "state": {"value": SCRIPT}}}}
    notebook["metadata"]["widgets"] = {
        "application/vnd.jupyter.widget-state+json": state | {"version_major": 2}
    }


def _kernel(name, language):
    def edit(notebook):
        notebook["metadata"]["kernelspec"] = {"name": name, "language": language}
        notebook["metadata"]["language_info"] = {"name": language, "file_extension": ".sh"}

    return edit


def _notebook_metadata(value):
    def edit(notebook):
        notebook["metadata"] = value

    return edit


METADATA = [
    forge("points raised", each(_all_points), base="right"),
    forge("points raised, nonsense", each(_all_points), L),
    forge("tests that are not graded", each(_ungraded)),
    forge("tests that are not locked", each(_unlocked), L),
    forge("graded cells of its own", _bonus, base="right"),
    forge("tests tagged to be skipped", each(_tagged("skip-execution", "raises-exception"))),
    forge("tests tagged to be removed", each(_tagged("remove-cell", "remove-input", "hide")), L),
    forge(
        "answers tagged to be skipped, right answers",
        each(_tagged("skip-execution", "parameters", "remove-cell"), answers_of),
        base="right",
    ),
    forge("metadata of every type on cells of its own", _junk, base="right"),
    forge("points of every type", _junk_points, base="right"),
    forge("points of every type, nonsense", _junk_points),
    forge("metadata of tests that is none", _scalars_for_metadata, base="right"),
    forge(
        "metadata of all cells that is none",
        _no_cell_metadata,
        L,
        "right",
        anything(L),
        note="as if every cell were renamed",
    ),
    forge("the state of widgets", _widgets, base="right"),
    forge("a shell for a kernel", _kernel("bash", "bash"), base="right"),
    forge("a kernel that nobody has", _kernel("../../evil", "julia"), L, "right"),
    forge("no metadata of the notebook", _notebook_metadata(None), base="right"),
    forge("a list for the notebook's metadata", _notebook_metadata([1]), base="right"),
]

# --- the format ----------------------------------------------------------------------------------


def _version(major, minor):
    def edit(notebook):
        notebook.update(nbformat=major, nbformat_minor=minor)

    return edit


def _worksheets(notebook):
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(input=cell.pop("source"), language="python", collapsed=False)
            cell["prompt_number"] = cell.pop("execution_count", None)
    sheet = {"cells": notebook.pop("cells"), "metadata": {}}
    notebook.update(worksheets=[sheet], nbformat=3, nbformat_minor=0)
    notebook["metadata"] = {"name": ""}


def _lists(notebook):
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def _odd_sources(notebook):
    for number, value in enumerate([None, 5, {}, [[]], [None], ["x = 1\n", 5], True, {"a": "b"}]):
        notebook["cells"].append(code("") | {"source": value, "id": f"odd-{number}"})


def _odd_cells(notebook):
    odd = [None, 5, "cell", [], {}, {"cell_type": "code"}, {"cell_type": "heading", "level": 1}]
    odd += [{"cell_type": "code", "source": "1", "metadata": {}}, {"source": "1"}]
    odd += [{"cell_type": None, "source": "x", "metadata": {}}, {"cell_type": ["code"]}]
    notebook["cells"] = odd + notebook["cells"] + odd


def _odd_ids(notebook):
    for number, cell in enumerate(notebook["cells"]):
        value = ["same", None, "x" * 10_000, "ä/../ö", 5, "", [], "same"][number % 8]
        cell["id"] = value
    del notebook["cells"][3]["id"]


def _odd_outputs(notebook):
    odd = [None, 5, [None], [5, {}], {"a": 1}, [{"output_type": "x"}], "text"]
    odd += [[{"output_type": "stream", "text": None}], [{"output_type": "error"}]]
    for number, cell in enumerate(answers_of(notebook)):
        cell.update(outputs=odd[number % len(odd)], execution_count="five")


def _attachments(notebook):
    picture = {"x.png": {"image/png": "A" * 100_000}}
    notebook["cells"].append(markdown("![x](attachment:x.png)") | {"attachments": picture})
    notebook["cells"][-1]["id"] = "attached"


def _many(notebook):
    for number in range(9000):
        notebook["cells"].insert(0, markdown("*") | {"id": f"text-{number}"})
    for number in range(1000):
        insert(notebook, code(f"number = {number}") | {"id": f"many-{number}"}, "q_tensor")


def _large(notebook):
    data = {"output_type": "display_data", "data": {"image/png": "A" * (30 << 20)}, "metadata": {}}
    find(notebook, "q_tensor")["outputs"] = [data]


FORMAT = [
    forge("notebook format 3", _worksheets, base="right", keeps=anything(V)),
    forge("notebook format 5", _version(5, 0), base="right", keeps=anything(V)),
    forge("notebook format 4.99", _version(4, 99), L, "right"),
    forge("notebook format 2", _version(2, 0), base="right", keeps=anything(V)),
    forge("a word for the notebook format", _version("four", 5), base="right", keeps=anything(V)),
    forge("no notebook format, nonsense", lambda notebook: notebook.pop("nbformat")),
    forge("sources as lists of lines", _lists, base="right"),
    forge("sources of every type", _odd_sources, L, "right"),
    forge("cells that are none", _odd_cells, base="right", keeps=anything(V)),
    forge("ids of cells of every type", _odd_ids, base="right"),
    forge("outputs of every type", _odd_outputs, L, "right"),
    forge("attachments", _attachments, base="right"),
    forge("ten thousand cells", _many, base="right"),
    forge("thirty megabytes of pictures", _large, base="right"),
    forge(
        "a large number, as JSON allows",
        None,
        base="right",
        keeps=anything(V),
        raw=lambda made: b'{"n": ' + b"1" * 5000 + b", " + made[1:],
    ),
    forge(
        "keys that occur twice",
        None,
        raw=lambda made: made.replace(b'"points": 2', b'"points": 2, "points": 2000'),
    ),
]


def _pasted_twice(notebook):
    notebook["cells"] += copy.deepcopy(notebook["cells"])


def _wrong_copy(notebook):
    stub = copy.deepcopy(find(notebook, "turns"))
    insert(
        notebook, stub | {"source": "def turns(codes):\n    return 7.0", "id": "pasted"}, "turns"
    )


ENTRIES = [
    *TESTS,
    *METADATA,
    *FORMAT,
    forge(
        "a right and a wrong answer of one name",
        _wrong_copy,
        base="right",
        keeps=Keeps(without(V, "turns").at_least, frozenset(worth(V))),
        note="either the first counts or the last, but not the better of the two",
    ),
    forge("the whole notebook pasted twice", _pasted_twice, base="right"),
    forge("the whole notebook pasted twice, nonsense", _pasted_twice, L),
]
