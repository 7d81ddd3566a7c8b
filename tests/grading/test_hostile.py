"""Hostile and broken submissions: no unearned points, nothing hidden that can be read, nobody else
harmed, and an honest answer beside an attack keeps its points.
"""

import contextlib
import json
import math
import socket

import nbformat
import needs
import pytest
from ai4mat_grading.grader import Grader
from ai4mat_grading.leaks import strings
from ai4mat_grading.plan import plans_of
from ai4mat_grading.records import MOST_NOTES, Limits, Verdict
from ai4mat_grading.stock import make_course
from chosen import some
from hostile import TABLE
from hostile_processes import OUTSIDE, WITNESS
from hostile_secrets import ABSTRACT, PLANTED, PORT
from nbgrader.api import Gradebook
from small import limited
from submissions import SETS, bytes_of, notebook_of, phrases, points_of, secrets, worth

# What notebooks and tests of the two sets import.
PRELOAD = ["ai4mat_ising.datasets", "ai4mat_ising.models", "ai4mat_ising.sampling"]
PRELOAD += ["ai4mat_ising.training", "ai4mat_ising.checks", "sklearn.decomposition", "torch"]
# Where an entry of the table wants no other limits; a busy machine takes longer, too.
PATIENT = {"cell": 60, "total": 900}
JUDGED = some(TABLE, 12)
# No notebook of these sets has more to show.
MOST_CHARACTERS = 30_000_000


def identify(entry):
    """How pytest names an entry of the table."""
    return f"{entry.problem_set}: {entry.name}"


# --- the table -----------------------------------------------------------------------------------


def test_the_table_is_large_and_covers_both_sets():
    assert len(TABLE) >= 60
    for problem_set in SETS:
        assert sum(entry.problem_set == problem_set for entry in TABLE) >= 30


def test_names_are_unique():
    assert len({entry.name for entry in TABLE}) == len(TABLE)


@pytest.mark.parametrize("entry", TABLE, ids=identify)
def test_a_submission_is_made_the_same_way_each_time_and_differs_from_its_base(entry):
    made = entry.make()
    assert made == entry.make()
    assert made != entry.base


@pytest.mark.parametrize("entry", TABLE, ids=identify)
def test_what_is_kept_are_graded_cells(entry):
    assert entry.keeps.at_least <= entry.keeps.at_most <= set(worth(entry.problem_set))


@pytest.mark.parametrize("entry", TABLE, ids=identify)
def test_a_submission_does_not_hold_what_it_must_not_show(entry):
    # Else an error message that quotes its code would look like a find.
    for text in entry.must_not_show:
        if text.isupper():
            assert text.encode() not in entry.make()


@pytest.mark.parametrize("problem_set", SETS)
def test_there_is_something_to_hide(problem_set):
    assert len(secrets(problem_set)) > 100
    assert len(phrases(problem_set)) > 20


# --- judging it ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def neighbours():
    """What lies outside and must be neither seen nor touched: files, and sockets that listen."""
    OUTSIDE.write_text(PLANTED)
    WITNESS.unlink(missing_ok=True)
    with contextlib.ExitStack() as stack:
        for family, place in [(socket.AF_UNIX, ABSTRACT), (socket.AF_INET, ("127.0.0.1", PORT))]:
            server = stack.enter_context(socket.socket(family))
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(place)
            server.listen()
        yield
    OUTSIDE.unlink()
    WITNESS.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def courses(tmp_path_factory, neighbours):
    """Course folders that hold another student's work, and plans: {set: (folder, plan)}."""
    found = {}
    for name in SETS:
        folder = make_course(tmp_path_factory.mktemp(name) / "course", name)
        other = folder / "submitted" / "another" / name
        other.mkdir(parents=True)
        (other / f"{name}.ipynb").write_text(PLANTED)
        with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
            gradebook.add_student("another", first_name=PLANTED)
            (plan,) = plans_of(gradebook, name, folder / "exercises" / name)
        found[name] = folder, plan
    return found


@pytest.fixture(scope="module")
def judged(courses, tmp_path_factory):
    """Judges the bytes of a submission: ``judged(problem_set, raw, limits) -> Verdict``."""
    needs.sandbox()
    with contextlib.ExitStack() as stack:
        graders = {}

        def judge(problem_set, raw, limits=(), patient=False) -> Verdict:
            if limits not in graders:
                folder = tmp_path_factory.mktemp("grader")
                grader = Grader(Limits(**(PATIENT | dict(limits))), PRELOAD, folder=folder)
                graders[limits] = stack.enter_context(grader)
            # A right answer trains: the few seconds of some entries would be too few for it.
            with limited(graders[limits], **(PATIENT if patient else {})):
                return graders[limits].grade(raw, courses[problem_set][1])

        yield judge


@pytest.fixture(scope="module")
def verdict_of(judged):
    """The verdict on an entry, made when it is first asked for."""
    made = {}

    def verdict(entry):
        if entry.name not in made:
            made[entry.name] = judged(entry.problem_set, entry.make(), entry.limits)
        return made[entry.name]

    return verdict


def kept(verdict, problem_set):
    """Graded cells that have points: all of their points, or the test fails."""
    scores = {name: verdict.scores.get(name) for name in worth(problem_set)}
    for name, score in scores.items():
        assert score in (0, worth(problem_set)[name]), f"{name}: {score}"
    return {name for name, score in scores.items() if score}


def outputs_for_the_student(verdict, plan):
    """All text in the outputs of cells that the student sees."""
    hidden = {cell.name for cell in plan.cells if cell.hidden}
    cells = json.loads(verdict.notebook)["cells"]
    seen = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") not in hidden]
    return "\n".join(text for cell in seen for text in strings(cell.get("outputs", [])))


def _parsed(raw):
    """The data of a submission, or None where it is no JSON."""
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


@pytest.mark.slow
@pytest.mark.parametrize("base", ["right", "nonsense", "untouched"])
@pytest.mark.parametrize("problem_set", SETS)
def test_without_an_attack_each_base_has_its_points(judged, problem_set, base):
    verdict = judged(problem_set, bytes_of(notebook_of(problem_set, base)))
    assert kept(verdict, problem_set) == points_of(problem_set, base).at_least, verdict.messages


@pytest.mark.slow
@pytest.mark.parametrize("entry", JUDGED, ids=identify)
def test_an_attack_changes_no_points(verdict_of, entry):
    verdict = verdict_of(entry)
    found = kept(verdict, entry.problem_set)
    unearned, missing = found - entry.keeps.at_most, entry.keeps.at_least - found
    assert not unearned, f"unearned: {sorted(unearned)}"
    assert not missing, f"missing: {sorted(missing)}; {verdict.notes}; {verdict.messages}"


@pytest.mark.slow
@pytest.mark.parametrize("entry", JUDGED, ids=identify)
def test_nothing_hidden_can_be_read(verdict_of, courses, entry):
    _, plan = courses[entry.problem_set]
    verdict, name = verdict_of(entry), entry.problem_set
    outputs = outputs_for_the_student(verdict, plan)
    text = "\n".join([outputs, *verdict.messages.values()])
    # A student's own lines, which errors quote, can be those of a hidden test.
    own = " ".join("\n".join(strings(_parsed(entry.make()))).split())
    assert not [x for x in secrets(name) if x in " ".join(text.split()) and x not in own]
    assert not [x for x in phrases(name) if x in " ".join(outputs.split()) and x not in own]
    assert not [mark for mark in (PLANTED, *entry.must_not_show) if mark in text]


@pytest.mark.slow
@pytest.mark.parametrize("entry", [e for e in JUDGED if e.must_not_act], ids=identify)
def test_no_output_acts_on_who_looks_at_it(verdict_of, entry):
    for cell in json.loads(verdict_of(entry).notebook)["cells"]:
        for output in cell.get("outputs", []):
            for kind, data in output.get("data", {}).items():
                acts = () if kind == "text/plain" else entry.must_not_act
                assert kind != "text/latex"  # in which MathJax follows \\href
                assert not [text for text in acts if text in json.dumps(data)], kind


@pytest.mark.slow
@pytest.mark.parametrize("entry", JUDGED, ids=identify)
def test_a_verdict_is_complete_and_sound(verdict_of, courses, entry):
    _, plan = courses[entry.problem_set]
    verdict = verdict_of(entry)
    graded = {cell.name: cell.points for cell in plan.cells if cell.grade or cell.task}
    assert set(verdict.scores) == set(graded)
    for name, score in verdict.scores.items():
        assert score is None or math.isfinite(score) and 0 <= score <= graded[name], name
    for name in set(worth(entry.problem_set)) - kept(verdict, entry.problem_set):
        assert verdict.messages.get(name), f"{name} was lost without a word"
    if entry.attention is not None:
        assert verdict.attention == entry.attention, verdict.notes
    assert len(verdict.notebook.encode()) < MOST_CHARACTERS
    assert max(map(len, [*verdict.messages.values(), *verdict.notes]), default=0) < 100_000
    assert len(verdict.notes) <= MOST_NOTES + 1 and all(map(str.isprintable, verdict.notes))
    assert "\x1b" not in "".join(verdict.messages.values())
    notebook = json.loads(verdict.notebook)
    nbformat.validate(notebook)
    present = [c["metadata"].get("nbgrader", {}).get("grade_id") for c in notebook["cells"]]
    for cell in plan.cells:
        assert present.count(cell.name) == 1, cell.name
        if cell.locked:
            where = notebook["cells"][present.index(cell.name)]
            assert "".join(where["source"]) == cell.source, cell.name


@pytest.mark.slow
def test_nobody_else_was_touched(verdict_of, courses):
    before = {name: _contents(folder) for name, (folder, _) in courses.items()}
    for entry in JUDGED:
        verdict_of(entry)
    assert {name: _contents(folder) for name, (folder, _) in courses.items()} == before
    assert OUTSIDE.read_text() == PLANTED
    assert not WITNESS.exists(), "code of a student ran outside the sandbox"


def _contents(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder): path.read_bytes() for path in paths}


@pytest.mark.slow
@pytest.mark.parametrize("problem_set", SETS)
def test_whoever_comes_after_all_of_them_gets_all_points(verdict_of, judged, problem_set):
    for limits in {entry.limits for entry in JUDGED if entry.problem_set == problem_set}:
        right = bytes_of(notebook_of(problem_set, "right"))
        found = kept(judged(problem_set, right, limits, patient=True), problem_set)
        assert found == points_of(problem_set, "right").at_least, limits
