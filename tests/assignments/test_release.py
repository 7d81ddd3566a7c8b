"""exercises/ is what nbgrader makes of solutions/, and gives nothing away; each check is shown to
fail on a notebook that was broken on purpose."""

import re
import shutil

import nbformat
import pytest
import yaml
from ai4mat_grading import tidy
from ai4mat_grading.leaks import (
    differences,
    published_problems,
    release_problems,
    source_problems,
)
from ai4mat_grading.notebooks import read_notebook
from ai4mat_grading.repository import problem_sets, read_release, read_source, root
from ai4mat_grading.stock import make_course, nbgrader

ROOT, PROBLEM_SETS = root(), problem_sets()
EXERCISES = ROOT / "exercises"
SITE = [*(ROOT / "book").glob("*.md"), *(ROOT / "book").glob("*.ipynb")]
MODULES = list((ROOT / "ai4mat_ising").rglob("*.py"))


# --- the releases ----------------------------------------------------------------------------


@pytest.fixture(scope="session", params=PROBLEM_SETS)
def course(request, new_course):
    """A course folder with a release made just now, and the problem set's name."""
    return new_course(request.param), request.param


def test_every_problem_set_is_released_and_nothing_else():
    assert sorted(path.name for path in EXERCISES.iterdir()) == PROBLEM_SETS


def test_the_release_is_what_nbgrader_makes_of_the_source(course):
    folder, name = course
    found = differences(folder / "exercises" / name, EXERCISES / name)
    assert not found, "run `make release`"


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_source_is_tidy(name):
    source = read_source(name)
    nbformat.validate(source)
    problems = source_problems(source)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_release_gives_nothing_away(name):
    problems = release_problems(read_source(name), EXERCISES / name)
    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_no_chapter_and_no_module_prints_a_solution(name):
    assert SITE and MODULES
    assert published_problems(read_source(name), SITE + MODULES) == []


def test_each_problem_set_has_a_job_of_its_own_in_the_workflow():
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    assert sorted(workflow["jobs"]["grading"]["strategy"]["matrix"]["set"]) == PROBLEM_SETS


def test_the_page_lists_every_problem_set_with_its_points_and_time():
    page = (ROOT / "book" / "problem_sets.md").read_text()
    listed = re.findall(
        r"^\| {download}`(\w+) <../exercises/\1/\1.ipynb>` \|.*"
        r"\| (\d+) \| (\d+ minutes) \|$",
        page,
        re.MULTILINE,
    )
    assert sorted(name for name, *_ in listed) == PROBLEM_SETS
    for name, points, minutes in listed:
        notebook = read_release(name)
        cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
        total = sum(cell.get("points", 0) for cell in cells)
        assert total == int(points), f"the cells of {name} give {total} points, the page {points}"
        head = notebook.cells[0].source
        for said in (f"**Time:** {minutes}", f"**Points:** {points}"):
            assert said in head, f"the first cell of {name} must say {said}, as the page does"


# --- the checks themselves -------------------------------------------------------------------

SOURCE_CELLS = {
    "double": '''def double(x):
    """Twice a number."""
    ### BEGIN SOLUTION
    twice_the_number = x + x
    return twice_the_number
    ### END SOLUTION''',
    "check-double": """from ai4mat_ising.checks import expect
expect(double(1) == 2, "Twice one must be two, and so on. " * 9 + f"It must be 2, got {double(1)}.")
""",
    "test-double": """# Hidden tests
### BEGIN HIDDEN TESTS
assert double(7) == 14
### END HIDDEN TESTS""",
    "written-double": """### BEGIN SOLUTION
Doubling adds a number to itself.
### END SOLUTION""",
}


def toy_source():
    """A source notebook with one function, a check, a hidden test and a written answer."""
    cells = []
    for id_, text in SOURCE_CELLS.items():
        graded, written = id_ != "double", id_.startswith("written")
        new_cell = nbformat.v4.new_markdown_cell if written else nbformat.v4.new_code_cell
        cell = new_cell(text, id=id_)
        cell.metadata["nbgrader"] = {
            "grade": graded,
            "grade_id": id_.replace("-", "_"),
            "locked": graded and not written,
            "schema_version": 3,
            "solution": written or not graded,
            "task": False,
        }
        if graded:
            cell.metadata["nbgrader"]["points"] = 1
        cells.append(cell)
    given = nbformat.v4.new_code_cell("print(double(3))", id="given")
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=[*cells, given])
    notebook.metadata["kernelspec"] = kernel
    return notebook


def cell_of(notebook, id_):
    return next(cell for cell in notebook.cells if cell.id == id_)


def write(notebook, folder):
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / "toy.ipynb")


@pytest.fixture(scope="session")
def toy_course(tmp_path_factory):
    """The toy problem set and its release."""
    folder = tmp_path_factory.mktemp("toy")
    write(toy_source(), folder / "source" / "toy")
    return make_course(folder / "course", "toy", folder / "source")


@pytest.fixture
def toy_release(toy_course, tmp_path):
    """A copy of the toy release, to be broken."""
    return shutil.copytree(toy_course / "exercises" / "toy", tmp_path / "toy")


def test_the_sound_toy_problem_set_has_no_problem(toy_course, toy_release):
    assert source_problems(toy_source()) == []
    assert release_problems(toy_source(), toy_release) == []
    assert differences(toy_course / "exercises" / "toy", toy_release) == []


def leak_solution(notebook):
    cell_of(notebook, "double").source = SOURCE_CELLS["double"].replace("### ", "# ")


def leak_one_line_in_a_comment(notebook):
    cell_of(notebook, "given").source += "\ntwice_the_number = x + x"


def leak_solution_into_metadata(notebook):
    notebook.metadata["note"] = "    twice_the_number = x + x\n"


def leave_solution_markers(notebook):
    cell_of(notebook, "double").source = SOURCE_CELLS["double"]


def leave_hidden_test(notebook):
    cell_of(notebook, "test-double").source = SOURCE_CELLS["test-double"]


def paraphrase_hidden_test(notebook):
    cell_of(notebook, "test-double").source = "# Hidden tests\nassert double(8) == 16"


def leave_output(notebook):
    cell_of(notebook, "given").outputs = [nbformat.v4.new_output("stream", text="6\n")]


def leave_execution_count(notebook):
    cell_of(notebook, "given").execution_count = 3


def fill_in_another_answer(notebook):
    cell_of(notebook, "double").source = 'def double(x):\n    """Twice."""\n    return 2 * x'


def drop_a_test(notebook):
    notebook.cells.remove(cell_of(notebook, "test-double"))


def leak_written_answer(notebook):
    cell_of(notebook, "written-double").source = "It adds a number to itself."


def drop_the_written_answer(notebook):
    notebook.cells.remove(cell_of(notebook, "written-double"))


@pytest.mark.parametrize(
    "spoil, message",
    [
        (leak_solution, "gives a line away: twice_the_number = x + x"),
        (leak_one_line_in_a_comment, "gives a line away: twice_the_number = x + x"),
        (leak_solution_into_metadata, "gives a line away: twice_the_number = x + x"),
        (leave_solution_markers, "cell double holds a marker of nbgrader"),
        (leave_hidden_test, "gives a line away: assert double(7) == 14"),
        (paraphrase_hidden_test, "hidden test test-double holds more than comments"),
        (leave_output, "cell given holds an output, or the number of its execution"),
        (leave_execution_count, "cell given holds an output, or the number of its execution"),
        (fill_in_another_answer, "the function double is not a stub with a docstring"),
        (drop_a_test, "the graded cells are not those of the source"),
        (leak_written_answer, "the written answer written-double is not empty"),
        (drop_the_written_answer, "the written answers are not those of the source"),
    ],
)
def test_a_broken_release_is_noticed(spoil, message, toy_course, toy_release):
    notebook = read_notebook(toy_release / "toy.ipynb")
    spoil(notebook)
    write(notebook, toy_release)
    assert message in "\n".join(release_problems(toy_source(), toy_release))
    assert differences(toy_course / "exercises" / "toy", toy_release) == ["toy.ipynb differs"]


def test_a_file_beside_the_notebook_is_read_too(toy_release):
    (toy_release / "hints.py").write_text("def f(x):\n    twice_the_number = x + x\n")
    assert "hints.py gives a line away" in "\n".join(release_problems(toy_source(), toy_release))


def test_a_source_changed_after_the_release_is_noticed(toy_course, tmp_path):
    source = toy_source()
    cell_of(source, "check-double").source = "assert double(2) == 4"
    write(source, tmp_path / "source" / "toy")
    fresh = make_course(tmp_path / "course", "toy", tmp_path / "source")
    assert differences(fresh / "exercises", toy_course / "exercises") == ["toy/toy.ipynb differs"]


@pytest.mark.slow
def test_nbgrader_refuses_a_solution_outside_a_solution_cell(tmp_path):
    source = toy_source()
    del cell_of(source, "double").metadata["nbgrader"]
    write(source, tmp_path / "source" / "toy")
    with pytest.raises(RuntimeError, match="Solution region detected in a non-solution cell"):
        make_course(tmp_path / "course", "toy", tmp_path / "source")


@pytest.mark.slow
def test_an_answer_in_a_cell_without_metadata_is_noticed(tmp_path):
    # Without markers nbgrader releases such a cell as it is.
    source = toy_source()
    cell = cell_of(source, "double")
    del cell.metadata["nbgrader"]
    cell.source = cell.source.replace("    ### BEGIN SOLUTION\n", "").replace(
        "\n    ### END SOLUTION", ""
    )
    write(source, tmp_path / "source" / "toy")
    release = make_course(tmp_path / "course", "toy", tmp_path / "source") / "exercises" / "toy"
    assert "the function double is not a stub" in "\n".join(release_problems(source, release))


@pytest.mark.parametrize(
    "id_, old, new, message",
    [
        ("test-double", "BEGIN HIDDEN TESTS", "BEGIN HIDDEN TEST", "nbgrader knows no marker"),
        ("double", "### END SOLUTION", "### end solution", "nbgrader knows no marker"),
    ],
)
def test_a_misspelt_marker_is_noticed(id_, old, new, message):
    source = toy_source()
    cell = cell_of(source, id_)
    assert old in cell.source
    cell.source = cell.source.replace(old, new)
    assert message in "\n".join(source_problems(source))


def test_a_source_as_jupyterlab_leaves_it_is_tidied():
    source = toy_source()
    cell_of(source, "given").update(execution_count=3, outputs=[])
    for i, cell in enumerate(source.cells):
        cell.id = f"random-{i}" if "nbgrader" in cell.metadata else cell.id
    assert len(source_problems(source)) == 1 + 4
    tidy.tidy(source)
    assert source == toy_source()


def test_an_output_in_the_source_is_noticed():
    source = toy_source()
    leave_output(source)
    assert source_problems(source) == ["cell given holds an output, or the number of its execution"]


CHAPTER = """
# A chapter

```{code-cell} ipython3
---
mystnb: {figure: {name: fig}}
---
cloud = codes[phase == 0]
centre = np.median(cloud)
d = np.abs(codes - centre)
spread = d.max() - d.min()
```
"""
PRINTED = '''def rule(z, labels):
    """What a chapter must not show."""
    ### BEGIN SOLUTION
    inner = z[labels == 0]
    z0 = np.median(inner)
    distance = np.abs(z - z0)
    return distance.max() - distance.min()
    ### END SOLUTION'''


@pytest.mark.parametrize("change, noticed", [(("", ""), True), (("median", "mean"), False)])
def test_a_chapter_that_prints_a_solution_is_noticed(change, noticed, tmp_path):
    source = toy_source()
    cell_of(source, "double").source = PRINTED
    chapter = tmp_path / "chapter.md"
    chapter.write_text(CHAPTER.replace(*change))
    module = tmp_path / "module.py"
    module.write_text("import numpy as np\n\n\n" + PRINTED)
    expected = ["chapter.md prints rule"] * noticed + ["module.py prints rule"]
    assert published_problems(source, [chapter, module]) == expected


# --- nbgrader validate -----------------------------------------------------------------------


def test_validate_shows_a_message_of_a_check_in_full(toy_course, toy_release):
    notebook = read_notebook(toy_release / "toy.ipynb")
    cell_of(notebook, "double").source = "def double(x):\n    return 3 * x"
    write(notebook, toy_release)
    printed = nbgrader(toy_course, "validate", str(toy_release / "toy.ipynb"))
    _, message = printed.split("AssertionError: \n")
    message = " ".join(message.split("=====")[0].split())
    # A line cut off would end in dots.
    assert message.startswith("Twice one must be two, and so on. " * 9 + "It must be 2, got 3.")
