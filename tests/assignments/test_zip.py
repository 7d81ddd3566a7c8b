"""The zip that `make release` writes is all that a student needs, and gives nothing away."""

import os
import shutil
import subprocess
import zipfile

import nbformat
import needs
import pytest
from ai4mat_grading import release
from ai4mat_grading.leaks import release_problems
from ai4mat_grading.notebooks import asked_functions, read_notebook, submit
from ai4mat_grading.repository import problem_sets, read_release, read_source, root

ROOT, PROBLEM_SETS = root(), problem_sets()
# The quickest set.
NAME = "vector_order"


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory):
    """The folder that a student finds in the zip."""
    folder = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(release.build(tmp_path_factory.mktemp("release"))) as archive:
        archive.extractall(folder)
    (unpacked,) = folder.iterdir()
    return unpacked


def wheel_of(folder):
    (wheel,) = folder.glob("ai4mat_ising-*.whl")
    return wheel


def test_the_zip_holds_what_students_need_and_nothing_else(handed_out):
    found = {str(p.relative_to(handed_out)) for p in handed_out.rglob("*") if p.is_file()}
    sets = {f"exercises/{name}/{name}.ipynb" for name in PROBLEM_SETS}
    others = {"README.md", "LICENSE", "LICENSE-text", "requirements.txt", "constraints.txt"}
    assert found == sets | others | {wheel_of(handed_out).name}


def test_the_wheel_holds_the_package_and_nothing_else(handed_out):
    with zipfile.ZipFile(wheel_of(handed_out)) as wheel:
        found = {name for name in wheel.namelist() if ".dist-info/" not in name}
    package = ROOT / "ai4mat_ising"
    assert found == {
        str(path.relative_to(ROOT))
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_notebooks_in_the_zip_give_nothing_away(name, handed_out):
    assert read_notebook(handed_out / "exercises" / name / f"{name}.ipynb") == read_release(name)
    assert release_problems(read_source(name), handed_out / "exercises" / name) == []


def test_the_last_look_before_handing_in_knows_the_cells_of_the_sets():
    known = (ROOT / release.CELLS).read_text()
    assert known == release.cells_of_sets(), "run `make release`"


def test_the_page_and_the_zip_tell_the_same_commands(handed_out):
    text = (handed_out / "README.md").read_text()
    assert text.count("-m pip install -r requirements.txt") == 2
    assert text.split("\n", 1)[1].strip() in (ROOT / "book" / "problem_sets.md").read_text()


def test_a_release_with_an_answer_is_not_written(tmp_path):
    exercises = shutil.copytree(ROOT / "exercises", tmp_path / "exercises")
    shutil.copy(ROOT / "solutions" / NAME / f"{NAME}.ipynb", exercises / NAME)
    with pytest.raises(ValueError, match="nothing was written.*\n.*gives a line away"):
        release.build(tmp_path, exercises)
    assert list(tmp_path.iterdir()) == [exercises]


# --- in the environment of a student ---------------------------------------------------------


@pytest.fixture(scope="module")
def student(handed_out):
    """Runs a program of an environment that holds what was given out, and nothing else.

    What the package needs is there already; its wheel comes from the zip.
    """
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    programs = needs.student() / "bin"

    def run(program, *arguments):
        return subprocess.run(
            [programs / program, *arguments],
            text=True,
            cwd=handed_out,
            env=environment,
            capture_output=True,
        )

    run("python", "-m", "pip", "uninstall", "--quiet", "--yes", "ai4mat-ising")
    # Without an index: nothing but the wheel may be missing.
    install = ["install", "--quiet", "--no-index", "-r", "requirements.txt"]
    done = run("python", "-m", "pip", *install)
    assert done.returncode == 0, done.stderr
    return run


def test_a_problem_set_runs_in_the_environment_of_a_student(student, handed_out):
    answered = submit(read_release(NAME), asked_functions(read_source(NAME)))
    nbformat.write(answered, handed_out / "answered.ipynb")
    done = student("jupyter", "execute", "answered.ipynb")
    assert done.returncode == 0, done.stderr
    where = student("python", "-c", "import ai4mat_ising; print(ai4mat_ising.__file__)").stdout
    assert where.startswith(str(needs.STUDENT))


def test_the_untouched_problem_set_stops_at_the_first_task(student):
    done = student("jupyter", "execute", f"exercises/{NAME}/{NAME}.ipynb")
    first, *_ = asked_functions(read_source(NAME))
    assert done.returncode != 0
    assert "NotImplementedError" in done.stderr and first in done.stderr
