"""Course folders, of which nbgrader makes one for each problem set."""

import shutil

import pytest
from ai4mat_grading.stock import make_course


@pytest.fixture(scope="session")
def new_course(tmp_path_factory):
    """Makes a course folder with one of the problem sets: a copy of that which nbgrader made."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = make_course(tmp_path_factory.mktemp(name) / "course", name)
        return shutil.copytree(made[name], tmp_path_factory.mktemp(name) / "course")

    return make
