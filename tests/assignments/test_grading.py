"""Every right answer gets all points, every wrong one loses exactly the points that it should, and
the untouched release gets none. Some are graded by nbgrader, all of them by a quicker way.

Each test run takes a part of each set (`chosen`): of those that train networks for long, a smaller
one.
"""

import ast
import re

import pytest
from ai4mat_grading.corpus import corpus, fill_in, read_answer, read_answers
from ai4mat_grading.grades import keep, recalled
from ai4mat_grading.notebooks import asked_functions, graded_cells, submit, written_cells
from ai4mat_grading.processes import LANES
from ai4mat_grading.rehearsal import defined, grade_quickly, leave_out
from ai4mat_grading.repository import problem_sets, read_release, read_source
from ai4mat_grading.stock import CONFIG, grade
from chosen import ALL, some

PROBLEM_SETS = problem_sets()
STEP = {"deconv_decoder": 12, "latent_1d": 10, "epsilon": 8, "critical_point": 6, "vector_order": 2}
# Sets that nbgrader, too, grades in each run: the quick one, as its rules are the same for all.
BY_NBGRADER = PROBLEM_SETS if ALL else ["vector_order"]


def taken(name, kind):
    """Files of a corpus that this run grades."""
    return some(corpus(name, kind), STEP.get(name, 4))


RIGHT = [(name, path) for name in PROBLEM_SETS for path in taken(name, "right")]
WRONG = [(name, path) for name in PROBLEM_SETS for path in taken(name, "wrong")]


def identify(parameter):
    """How pytest names a problem set or a file of its corpus."""
    return parameter if isinstance(parameter, str) else parameter.stem


def worth(name):
    """Graded cells of a problem set that are worth points: {grade_id: points}."""
    return {cell: points for cell, points in graded_cells(read_source(name)).items() if points}


def filled(name, notebook):
    """Notebooks with the solution and the corpus; a wrong answer runs only where it can matter."""
    stems = ["solution", *(p.stem for kind in ("right", "wrong") for p in taken(name, kind))]
    notebooks = {stem: one for stem, one in fill_in(name, notebook).items() if stem in stems}
    for stem, answer in read_answers(name, "wrong").items():
        if stem not in stems:
            continue
        helpers = set().union(*map(defined, ast.parse(answer.preamble).body))
        leave_out(notebooks[stem], helpers | set(answer.functions))
    return notebooks


def by_nbgrader(name):
    """Files whose answers nbgrader grades: one that is right and one that is partly right."""
    return [corpus(name, kind)[0].stem for kind in ("right", "wrong")]


class _Lazily(dict):
    """Grades of each problem set, made when they are first asked for."""

    def __init__(self, make):
        self.make = make

    def __missing__(self, name):
        self[name] = self.make(name)
        return self[name]


@pytest.fixture(scope="session")
def graded(new_course):
    """What nbgrader made of some submissions: {problem set: {student: Graded}}."""

    def make(name):
        release = read_release(name)
        notebooks = filled(name, release) | {"untouched": release}
        chosen = {student: notebooks[student] for student in [*by_nbgrader(name), "untouched"]}
        contents = {student: content(name, notebook) for student, notebook in chosen.items()}
        grades = {student: recalled(content) for student, content in contents.items()}
        if None in grades.values():
            grades = grade([new_course(name) for _ in range(LANES)], name, chosen)
            for student, one in grades.items():
                keep(contents[student], one)
        return grades

    return _Lazily(make)


def content(name, notebook):
    """What a grade of nbgrader depends on, of the problem set and the notebook."""
    cells = [*read_source(name).cells, *notebook.cells]
    return ["nbgrader", CONFIG, *([cell.source, cell.metadata] for cell in cells)]


@pytest.fixture(scope="session")
def quickly_graded():
    """Grades of the solution, the corpus and the untouched release, without nbgrader."""

    def make(name):
        source, release = read_source(name), asked_functions(read_release(name))
        return grade_quickly(filled(name, source) | {"untouched": submit(source, release)})

    return _Lazily(make)


@pytest.mark.parametrize("name", BY_NBGRADER)
def test_the_quick_grades_are_those_of_nbgrader(name, graded, quickly_graded):
    for student in [*by_nbgrader(name), "untouched"]:
        assert quickly_graded[name][student].scores == graded[name][student].scores, student


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_solution_gets_full_marks(name, quickly_graded):
    result = quickly_graded[name]["solution"]
    assert result.total == sum(worth(name).values()), result
    assert not result.errors


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_the_untouched_release_gets_nothing_and_raises_only_not_implemented(
    name, graded, quickly_graded
):
    result = (graded if name in BY_NBGRADER else quickly_graded)[name]["untouched"]
    assert result.total == 0
    assert set(worth(name)) <= set(result.errors)
    for cell, errors in result.errors.items():
        assert {kind for kind, _ in errors} == {"NotImplementedError"}, cell


@pytest.mark.parametrize("name", BY_NBGRADER)
def test_written_answers_wait_for_a_person_and_missing_ones_do_not(name, graded):
    written = written_cells(read_source(name))
    assert graded[name]["base"].waiting == dict.fromkeys(written, True)
    assert graded[name]["untouched"].waiting == dict.fromkeys(written, False)


@pytest.mark.parametrize("name, path", RIGHT, ids=identify)
def test_right_answers_get_full_marks(name, path, quickly_graded):
    result = quickly_graded[name][path.stem]
    assert result.total == sum(worth(name).values()), result


@pytest.mark.parametrize("name, path", WRONG, ids=identify)
def test_wrong_answers_lose_their_points_and_no_others(name, path, quickly_graded):
    loses = read_answer(path, asked_functions(read_source(name))).loses
    assert loses and loses <= set(worth(name)), "name the graded cells after 'Loses:'"
    result = quickly_graded[name][path.stem]
    assert result.lost == loses, result
    assert result.kept == set(worth(name)) - loses, result


@pytest.mark.parametrize("name, path", WRONG, ids=identify)
def test_wrong_answers_are_told_in_words(name, path, quickly_graded):
    result = quickly_graded[name][path.stem]
    for cell in result.lost:
        (kind, message), *_ = result.errors[cell]
        assert kind == "AssertionError", f"{cell} must explain what is wrong: {kind}: {message}"
        assert re.search(r"\bgot\b", message), f"{cell} must say what came: {message}"
        assert max(map(len, message.splitlines())) <= 80, "nbgrader validate cuts longer lines"


def test_a_file_of_a_corpus_says_what_it_is_and_answers_something(tmp_path):
    file = tmp_path / "answer.py"
    for text, message in [
        ("def double(x):\n    return x + x", "answer.py must begin with a docstring"),
        (
            '"""Adds."""\n\n\ndef doubel(x):\n    return x + x',
            "answer.py must define one of double",
        ),
    ]:
        file.write_text(text)
        with pytest.raises(ValueError, match=message):
            read_answer(file, ["double"])


@pytest.mark.parametrize("name", PROBLEM_SETS)
def test_every_graded_cell_catches_a_wrong_answer(name):
    caught = {cell for answer in read_answers(name, "wrong").values() for cell in answer.loses}
    assert caught == set(worth(name))
