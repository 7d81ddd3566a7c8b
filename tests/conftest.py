"""What tests of all folders share: a browser, course folders, and which of them are slow."""

import shutil

import needs
import pytest
from ai4mat_grading.stock import make_course
from playwright.sync_api import sync_playwright

# What takes seconds to set up; tests that take long by themselves say so where they stand.
SLOW = {"build", "class_of_8", "course", "graded", "grader", "handed_out", "new_course", "new_page"}
SLOW |= {"quickly_graded", "toy_class", "toy_course", "toy_release"}

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items):
    """Mark the tests that use what takes long."""
    for item in items:
        if SLOW.intersection(item.fixturenames):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", autouse=True)
def no_progress_bar():
    """On a busy machine a bar would appear on stderr, which some tests, and all grades, look at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AI4MAT_PROGRESS", "0")
        yield


@pytest.fixture(scope="session")
def new_page():
    """Opens a page in a context of its own, headless; takes what Playwright's contexts take."""
    path = needs.chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path, args=FLAGS, timeout=needs.PATIENCE
        )

        def make(**options):
            page = chromium.new_page(**options)
            page.set_default_timeout(needs.PATIENCE)
            return page

        yield make
        chromium.close()


@pytest.fixture(scope="session")
def new_course(tmp_path_factory):
    """Makes a course folder with one of the problem sets: a copy of that which nbgrader made."""
    made = {}

    def make(name):
        if name not in made:
            made[name] = make_course(tmp_path_factory.mktemp(name) / "course", name)
        return shutil.copytree(made[name], tmp_path_factory.mktemp(name) / "course")

    return make
