"""Questions answer back: choices and numbers, with and without a script."""

import re
from contextlib import closing
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

BOOK = Path(__file__).resolve().parents[2] / "book"
ASKING = [path.stem for path in sorted(BOOK.glob("*.md")) if ":::{question}" in path.read_text()]


@pytest.fixture
def opened(new_page, site, serve):
    """A function that opens a page and returns it with its questions."""

    def go(name, **view):
        page = new_page(**view)
        page.goto(f"{serve(site)}{name}.html")
        return page, page.locator("form.question")

    return go


def test_most_chapters_ask():
    with_code = [p for p in BOOK.glob("*.md") if "{code-cell}" in p.read_text()]
    assert len(ASKING) >= len(with_code) - 1 > 5


@pytest.mark.parametrize("name", ASKING)
def test_every_question_of_a_page_has_one_right_answer_and_a_reason_for_each(site, name):
    asked = (BOOK / f"{name}.md").read_text().count(":::{question}")
    forms = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser").select(
        "form.question"
    )
    assert len(forms) == asked
    for form in forms:
        choices = [radio["value"] for radio in form.select("input[type=radio]")]
        reasons = {reason["data-number"]: reason for reason in form.select(".reason")}
        assert len(form.select(".reason.right")) == 1
        if choices:
            assert set(reasons) == set(choices) and form["data-right"] in choices
            for number, reason in reasons.items():
                right = number == form["data-right"]
                assert reason.get_text().strip().startswith("Right." if right else "No.")
        else:
            assert re.fullmatch(r"-?\d+(\.\d+)?", form["data-right"])


@pytest.mark.parametrize("name", ASKING)
def test_every_choice_and_number_is_judged(opened, name):
    page, forms = opened(name)
    with closing(page):
        for form in forms.all():
            right = form.get_attribute("data-right")
            for radio in form.locator("input[type=radio]").all():
                radio.check()
                assert_told(form, radio.get_attribute("value") == right)
            for field in form.locator("input[type=text]").all():
                for text, good in [(right.replace("-", "−"), True), (f"{float(right) + 5}", False)]:
                    field.fill(text)
                    field.press("Enter")
                    assert_told(form, good)


def assert_told(form, right):
    told = form.locator(".verdict").inner_text()
    assert told and told.startswith("No") != right
    assert ("is-right" in form.get_attribute("class").split()) == right


def test_choices_are_made_by_the_arrow_keys(opened):
    page, _ = opened("know_your_data")
    with closing(page):
        radios = page.locator("form.question input[type=radio]")
        radios.first.focus()
        page.keyboard.press("ArrowDown")
        assert radios.nth(1).is_checked()
        assert page.locator(".verdict").first.inner_text().startswith("No.")


def test_without_a_script_the_answer_is_folded_below_the_question(opened):
    page, forms = opened("know_your_data", java_script_enabled=False)
    with closing(page):
        details = forms.first.locator("details")
        assert not details.locator(".reason").first.is_visible()
        details.locator("summary").click()
        assert details.locator(".reason.right").is_visible()
