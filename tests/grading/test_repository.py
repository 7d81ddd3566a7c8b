"""The repository is found from wherever in it someone works, and its absence is told."""

import pytest
from ai4mat_grading import repository, tidy
from ai4mat_grading.corpus import corpus, fill_in, read_answers


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A repository with a problem set, the current folder; below it are others that are none."""
    for folder in ("solutions/toy", "exercises/toy", "only/solutions", "only/exercises"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "solutions" / "notes.txt").touch()
    (tmp_path / "exercises" / "nbgrader_config.py").touch()
    (tmp_path / "nbgrader_config.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("folder", [".", "solutions/toy", "exercises", "only"])
def test_it_is_the_nearest_folder_upwards_that_holds_sources_and_configuration(course, folder):
    assert repository.root(course / folder) == course


def test_the_current_folder_counts_where_none_is_named(course, monkeypatch):
    monkeypatch.chdir(course / "solutions" / "toy")
    assert repository.root() == course
    assert repository.problem_sets() == ["toy"]


def test_elsewhere_the_error_says_what_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    message = f"holds solutions/ and nbgrader_config.py; got {tmp_path}"
    with pytest.raises(FileNotFoundError, match=message):
        repository.root()


def test_a_set_that_cannot_be_tidied_is_named(course, capsys):
    with pytest.raises(SystemExit):
        tidy.main(["toy"])
    assert "SET must be a folder of solutions/ with a notebook of its name, got toy" in (
        capsys.readouterr().err
    )


def test_every_answer_of_a_corpus_is_filled_in_beside_the_solution():
    name = "vector_order"
    filled = fill_in(name, repository.read_release(name))
    files = [path for kind in ("right", "wrong") for path in corpus(name, kind)]
    assert [*filled] == ["solution", *(path.stem for path in files)]
    for stem, answer in read_answers(name, "wrong").items():
        text = "\n".join(cell.source for cell in filled[stem].cells)
        assert all(function in text for function in answer.functions.values())
