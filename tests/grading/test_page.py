"""The page for instructors: its commands, run in order on the class that ships with it."""

import contextlib
import csv
import os
import re
import subprocess

import jupyterlab_of_a_course as jupyterlab
import needs
import pytest
from ai4mat_grading.repository import root
from ai4mat_grading.stock import environment

PAGE = root() / "book" / "for_instructors.md"
CLASS = "## A class of five"


def section(title):
    """The text below a heading of the page, up to the next one."""
    return PAGE.read_text().split(f"{title}\n", 1)[1].split("\n## ", 1)[0]


def commands(title):
    """The commands in a section of the page."""
    return "".join(re.findall(r"^```bash\n(.*?)^```", section(title), re.M | re.S))


def students():
    """Points of each student in the page's table."""
    rows = re.findall(r"^\| (\w+) \| .* \| (\d) \|", section(CLASS), re.M)
    return {name: float(points) for name, points in rows}


@pytest.fixture(scope="module")
def toy_class(tmp_path_factory):
    """The folder of the class, after the page's commands, and what they have printed."""
    needs.sandbox()
    home = tmp_path_factory.mktemp("home")
    variables = environment(home)
    script = f"set -euo pipefail\ncd '{root()}'\n{commands(CLASS)}"
    done = subprocess.run(
        ["bash", "-c", script], env=variables, capture_output=True, text=True, cwd=home
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (home / "toy-class" / "home").mkdir()
    return home / "toy-class", done.stdout


def test_the_table_of_the_page_has_the_points_that_come_out(toy_class):
    course, _ = toy_class
    with open(course / "grades.csv", newline="", encoding="utf-8-sig") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == students() and len(scores) == 5


def test_what_grading_says_of_each_student_is_what_the_page_says(toy_class):
    course, said = toy_class
    assert "cid: the notebook can't be read" in said
    assert re.search(r"\b5 need a person", said)
    with open(course / "reports" / "toy" / "summary.csv", newline="") as file:
        notes = {row["student"]: row["notes"] for row in csv.DictReader(file)}
    assert [student for student, note in notes.items() if note] == ["cid"]


def test_everyone_has_a_page_that_names_the_points(toy_class):
    course, _ = toy_class
    for student, points in students().items():
        page = (course / "feedback" / student / "toy" / "toy.html").read_text()
        assert f"{points:g} of 6 points" in page


def test_scripts_of_students_do_not_run_in_formgrader(toy_class, new_page):
    course, _ = toy_class
    with jupyterlab.started(course) as address, contextlib.closing(new_page()) as page:
        formgrader = jupyterlab.open_formgrader(page, address)
        formgrader.get_by_role("link", name="Manual Grading").click()
        formgrader.get_by_role("link", name="toy", exact=True).click()
        formgrader.get_by_role("link", name="toy", exact=True).last.click()
        links = formgrader.locator("a[href*='/submissions/']")
        links.first.wait_for()
        places = {link.get_attribute("href") for link in links.all()}
        assert len(places) == 5
        origin = address.split("/lab?")[0]
        texts = []
        for place in places:
            page.goto(origin + place, wait_until="domcontentloaded")
            texts.append(page.locator("body").inner_text())
            assert page.title() == "toy"
    assert sum("<script>document.title" in text for text in texts) == 1


def test_the_class_is_configured_as_a_course_is():
    name = "nbgrader_config.py"
    assert (root() / "grading" / "example" / name).read_text() == (root() / name).read_text()


def test_what_grading_can_report_stands_in_the_code():
    """A row of the table whose words nothing can print any more would mislead."""
    text = section("## Grade").split("### When grading reports", 1)[1].split("\n### ")[0]
    rows = re.findall(r"^\| (.+?) \| .* \| .* \|$", text, re.M)[1:]
    code = "".join(
        path.read_text() for path in (root() / "grading" / "ai4mat_grading").glob("*.py")
    )
    code = _plain(re.sub(r'"\s*\n\s*f?"', "", code))
    assert len(rows) > 20
    for row in rows:
        for said in re.split(r"; |, is ", re.sub(r" \(\w+\)$", "", row)):
            parts = [p for p in re.split(r"\.\.\.|\b[A-Z]+(?:\.ipynb)?\b|\.ipynb", said)]
            for part in filter(None, (_plain(part).strip(" ,:") for part in parts)):
                assert part in code, f"{part!r} of {said!r}"


def _plain(text):
    """Words without what stands for names and numbers."""
    return re.sub(r"\s+", " ", re.sub(r"\{[^{}]*\}", " ", text))


def test_every_file_that_the_page_names_is_there():
    for path in re.findall(r"`(grading/[\w/.]+)`", PAGE.read_text()):
        assert os.path.exists(root() / path), path
