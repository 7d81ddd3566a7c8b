"""Feedback tells students what they lost and why, and no hidden test; nothing acts or loads."""

import base64
import html
import json
import re
import shutil
from pathlib import Path

import bs4
import nbformat
import needs
import pytest
from ai4mat_grading import collect, engine, feedback
from ai4mat_grading.course import Refused
from ai4mat_grading.leaks import secret_lines
from ai4mat_grading.notebooks import read_notebook
from ai4mat_grading.plan import HIDDEN
from ai4mat_grading.stock import nbgrader
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell
from nbgrader.api import Gradebook

EXAMPLE = Path(__file__).parents[2] / "grading" / "example"
# Each would put its mark into the title of the page, or load something.
SCRIPTS = [
    "<script>document.title = 'seen'</script>",
    "<img src=x onerror=\"document.title = 'seen'\">",
    "[a link](javascript:document.title='seen')",
    "![a picture](http://192.0.2.1/seen.png)",
    "<iframe src='http://192.0.2.1/'></iframe><style>@import 'http://192.0.2.1/seen.css';</style>",
    '[a](http://192.0.2.1/"onmouseover="document.title=1)',
    "## <b onclick='document.title=1'>A heading</b>",
    "`a < b` and $a < b$",
]
MALICE = """\
import sys
print("</pre><script>document.title = 'seen'</script>")
print("\\x1b[31mred\\x1b[0m")
raise type("<script>document.title=1</script>", (Exception,), {})("<img src=//192.0.2.1/x>")
"""


@pytest.fixture(scope="module")
def toy_class(tmp_path_factory):
    """The example's class, and one who is after the page; graded, with a person's comment."""
    needs.sandbox()
    course = shutil.copytree(EXAMPLE, tmp_path_factory.mktemp("toy") / "course")
    (course / "home").mkdir()
    nbgrader(course, "generate_assignment", "toy")
    collect.collect(course / "handins", course, "toy", ["toy"])
    mallory = read_notebook(course / "submitted" / "ben" / "toy" / "toy.ipynb")
    mallory.cells[1:1] = [new_markdown_cell(text) for text in SCRIPTS]
    mallory.cells[1:1] = [new_raw_cell(SCRIPTS[0]), new_code_cell(MALICE)]
    mallory.cells.append(new_code_cell(f"# {HIDDEN}\nprint('mine')"))
    path = course / "submitted" / "mallory" / "toy" / "toy.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(mallory, path)
    engine.grade(course, "toy", progress=False)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("written_why", "toy", "toy", "ann")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        comment = gradebook.find_comment("written_why", "toy", "toy", "ann")
        comment.manual_comment = "Well said, **but** <script>document.title = 'seen'</script>"
        for notebook in gradebook.find_submission("toy", "eva").notebooks:
            notebook.late_submission_penalty = 0.5
        gradebook.db.commit()
    return course


@pytest.fixture(scope="module")
def pages(toy_class):
    """The page of each student."""
    said = feedback.generate(toy_class, "toy")
    assert said.splitlines()[-1] == "toy: 6 students have their pages in feedback/"
    assert "A person must still look at: ben, cid, dora, eva, mallory" in said
    found = {path.parts[-3]: path.read_text() for path in toy_class.glob("feedback/*/toy/toy.html")}
    assert set(found) == {"ann", "ben", "cid", "dora", "eva", "mallory"}
    return found


def text_of(page):
    """What one reads, in one line."""
    return " ".join(bs4.BeautifulSoup(page, "html.parser").body.get_text(" ").split())


# --- what a student learns -----------------------------------------------------------------------


def test_the_total_and_the_points_of_each_task_stand_at_the_top(pages):
    ann, ben = text_of(pages["ann"]), text_of(pages["ben"])
    assert "5.5 of 6 points" in ann and "not graded" not in ann
    assert "1 of 6 points , and 3 not graded yet" in ben
    table = bs4.BeautifulSoup(pages["ben"], "html.parser").table
    rows = {row.code.text: row.find_all("td")[1].text.strip() for row in table("tr") if row.code}
    assert rows == {
        "check_magnetization": "✓ 1 of 1",
        "test_magnetization": "✗ 0 of 2",
        "written_why": "3 possible, not graded yet",
    }


def test_every_row_leads_to_its_cell(pages):
    for page in pages.values():
        soup = bs4.BeautifulSoup(page, "html.parser")
        links = [link["href"] for link in soup.table("a")]
        assert len(links) == 3
        for link in links:
            assert soup.find(id=link.removeprefix("#"))


def test_of_a_hidden_test_only_the_message_is_told(pages):
    section = _section(pages["ben"], "test_magnetization")
    expected = "test_magnetization Hidden tests: other configurations. ✗ 0 of 2 "
    assert section == expected + "m must not be negative, got -1.00"


def test_a_visible_test_is_shown_with_its_message(pages):
    section = _section(pages["dora"], "check_magnetization")
    assert "m must be [1, 0], got [1.0, 1.0]" in section
    assert "spins[1,0]=-1" in section.replace(" ", "")


def _section(page, name):
    soup = bs4.BeautifulSoup(page, "html.parser")
    (link,) = (link for link in soup.table("a") if link.text == name)
    return " ".join(soup.find(id=link["href"].removeprefix("#")).get_text(" ").split())


def test_comments_of_persons_and_of_nbgrader_are_there(pages):
    assert "Comment Well said, but" in text_of(pages["ann"])
    assert "Comment No response." in text_of(pages["cid"])


def test_a_penalty_for_being_late_is_taken_off(pages):
    eva = text_of(pages["eva"])
    assert "2.5 of 6 points" in eva and "Handed in late −0.5" in eva


def test_an_error_in_a_cell_of_the_student_is_shown(pages):
    soup = bs4.BeautifulSoup(pages["mallory"], "html.parser")
    (error,) = soup.select("pre.error")
    assert "<img src=//192.0.2.1/x>" in error.text
    assert "an error was raised there" in text_of(pages["mallory"])


# --- what a student does not learn ---------------------------------------------------------------


def hidden_lines():
    """Lines of the hidden tests, of which no word may be told."""
    source = read_notebook(EXAMPLE / "solutions" / "toy" / "toy.ipynb")
    (cell,) = (cell for cell in source.cells if HIDDEN in cell.source)
    lines = secret_lines(source) & set(map(str.strip, cell.source.splitlines()))
    assert len(lines) >= 5
    return lines


def forms(page):
    """A page as its bytes have it, as one reads it, and without any space."""
    texts = [page, html.unescape(page), bs4.BeautifulSoup(page, "html.parser").get_text()]
    return [*texts, *(re.sub(r"\s", "", text) for text in texts)]


def test_no_line_of_a_hidden_test_is_told(pages):
    for student, page in pages.items():
        for form in forms(page):
            for line in hidden_lines():
                assert line not in form and re.sub(r"\s", "", line) not in form, (student, line)


def test_not_even_where_the_graded_notebook_holds_it(toy_class, pages):
    """Stock nbgrader leaves a traceback through the hidden test."""
    path = toy_class / "autograded" / "ben" / "toy" / "toy.ipynb"
    before, mode = path.read_bytes(), path.stat().st_mode
    notebook = read_notebook(path)
    for cell in notebook.cells:
        if HIDDEN in cell.source:
            del cell.metadata[feedback.MESSAGE]
            lines = cell.source.splitlines()
            error = new_output("error", ename="Error", evalue=lines[-2], traceback=lines)
            cell.outputs = [error, new_output("stream", name="stdout", text=cell.source)]
    path.chmod(0o644)
    nbformat.write(notebook, path)
    try:
        feedback.generate(toy_class, "toy", ["ben"])
        page = (toy_class / "feedback" / "ben" / "toy" / "toy.html").read_text()
    finally:
        path.write_bytes(before)
        path.chmod(mode)
    assert _section(page, "test_magnetization").endswith("A hidden test has failed.")
    assert not any(line in form for form in forms(page) for line in hidden_lines())


# --- what a page does ----------------------------------------------------------------------------


def test_nothing_of_a_student_acts_and_nothing_is_loaded(toy_class, pages, new_page):
    page = new_page()
    loaded, said = [], []
    page.on("request", lambda request: loaded.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    for student in pages:
        address = (toy_class / "feedback" / student / "toy" / "toy.html").as_uri()
        loaded.clear()
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        if student == "mallory":
            page.get_by_text("A heading").last.click()
        assert page.title() == f"toy: {student}"
        assert loaded == [address] and said == []
    page.close()


def test_there_is_nothing_that_could_act(pages):
    tags = {tag.name for page in pages.values() for tag in bs4.BeautifulSoup(page, "html.parser")()}
    assert tags.isdisjoint({"script", "iframe", "object", "embed", "link", "base", "form", "svg"})
    for page in pages.values():
        for tag in bs4.BeautifulSoup(page, "html.parser")():
            assert not any(name.startswith("on") for name in tag.attrs), tag
            assert not tag.get("src", "data:").startswith("http")


@pytest.mark.parametrize("width", [390, 1100])
def test_it_fits_on_a_phone_and_on_a_desk(toy_class, pages, new_page, width):
    page = new_page(viewport={"width": width, "height": 800})
    page.goto((toy_class / "feedback" / "mallory" / "toy" / "toy.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()


@pytest.mark.parametrize("source", SCRIPTS)
def test_markdown_of_a_student_is_cleaned(source):
    soup = bs4.BeautifulSoup(feedback.safe_markdown(source), "html.parser")
    assert {tag.name for tag in soup()} <= feedback.TAGS
    for tag in soup():
        assert set(tag.attrs) <= {"href", "title"}
        assert tag.get("href", "http://").startswith("http://")


def test_markdown_keeps_what_a_person_wrote():
    shown = bs4.BeautifulSoup(
        feedback.safe_markdown("`a < b`, **so** $c < d$\n\n* e"), "html.parser"
    )
    assert shown.get_text().split() == "a < b, so $c < d$ e".split()
    assert shown.code.text == "a < b" and shown.strong.text == "so" and shown.li.text == "e"


# --- outputs, without a course -------------------------------------------------------------------


def test_images_are_shown_if_they_are_images():
    encoded = base64.b64encode(b"an image").decode()
    good = new_output("display_data", {"image/png": encoded + "\n", "text/plain": "a figure"})
    bad = new_output("display_data", {"image/png": '"><script>', "text/plain": "a figure"})
    cell = new_code_cell("", outputs=[good, bad])
    shown = feedback._cell(cell, 0, {}).outputs
    assert shown == [("image", f"data:image/png;base64,{encoded}"), ("text", "a figure")]


def test_a_long_output_is_cut():
    output = new_output("stream", name="stdout", text="x" * (feedback.MOST + 5))
    ((_, text),) = feedback._cell(new_code_cell("", outputs=[output]), 0, {}).outputs
    assert text.endswith("x\n... 5 characters more")


# --- the commands --------------------------------------------------------------------------------


def test_the_pages_of_some_students_are_written(toy_class, pages):
    for student in pages:
        shutil.rmtree(toy_class / "feedback" / student)
    assert "1 students" in feedback.generate(toy_class, "toy", ["ann"])
    assert [path.name for path in (toy_class / "feedback").iterdir()] == ["ann"]
    feedback.generate(toy_class, "toy")
    for student, page in pages.items():
        assert (toy_class / "feedback" / student / "toy" / "toy.html").read_text() == page


def test_who_was_not_graded_is_named(toy_class):
    with pytest.raises(Refused, match="No grade for toy: zoe. Run `ising-grade toy`"):
        feedback.generate(toy_class, "toy", ["ann", "zoe"])
    with pytest.raises(Refused, match="knows no set 'other'"):
        feedback.generate(toy_class, "other")


def test_a_page_that_cannot_be_written_is_named_and_the_others_are(toy_class, pages, tmp_path):
    course = shutil.copytree(toy_class, tmp_path / "course")
    broken = course / "autograded" / "ben" / "toy" / "toy.ipynb"
    broken.chmod(0o644)
    broken.write_text(json.dumps({"not": "a notebook"}))
    said = feedback.generate(course, "toy")
    assert "No page for ben: " in said and "toy: 5 students have their pages" in said
    assert not (course / "feedback" / "ben" / "toy" / "toy.html").exists()
    assert (course / "feedback" / "mallory" / "toy" / "toy.html").read_text() == pages["mallory"]


def test_nbgraders_own_command_makes_the_same_pages(toy_class, pages, tmp_path):
    course = shutil.copytree(toy_class, tmp_path / "course")
    shutil.rmtree(course / "feedback")
    option = "--GenerateFeedback.exporter_class=ai4mat_grading.feedback.FeedbackPage"
    nbgrader(course, "generate_feedback", "toy", option)
    for student, page in pages.items():
        assert (course / "feedback" / student / "toy" / "toy.html").read_text() == page
