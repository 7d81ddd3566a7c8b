"""The live figure of the first chapter under a reader's hands."""

import re
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe

PHONE = {"viewport": {"width": 320, "height": 700}, "has_touch": True}
RUNS = "() => / [1-9][0-9]* sweeps/.test(document.querySelector('.live').innerText)"
STILL = {"reduced_motion": "reduce"}


@pytest.fixture
def live(new_page, site, serve):
    """A function that opens the page, goes to the figure and returns page and figure."""
    pages = []

    def go(**view):
        pages.append(new_page(**view))
        pages[-1].goto(f"{serve(site)}ising_model.html")
        pages[-1].locator("img[data-live]").scroll_into_view_if_needed()
        box = pages[-1].locator(".live")
        box.locator("canvas").wait_for()
        box.scroll_into_view_if_needed()
        return pages[-1], box

    yield go
    for page in pages:
        page.close()


def steps(box):
    return int(re.search(r"after (\d+)", box.locator(".live-numbers").inner_text())[1])


def test_it_runs_until_it_is_paused(live):
    page, box = live()
    page.wait_for_function(RUNS)
    box.get_by_role("button", name="Pause").click()
    assert box.get_by_role("status").inner_text().startswith("Paused: |m| = ")
    at = steps(box)
    box.get_by_role("button", name="One step").click()
    assert steps(box) == at + 1
    assert not page.locator("img[data-live]").is_visible()


def test_it_stands_still_for_those_who_asked_for_less_motion(live):
    page, box = live(**STILL)
    page.wait_for_timeout(300)
    assert steps(box) == 0
    box.get_by_role("button", name="Play").click()
    page.wait_for_function(RUNS)


def test_every_control_answers_to_the_keyboard(live):
    _, box = live(**STILL)
    slider = box.get_by_label("Temperature T")
    before = float(slider.input_value())
    slider.press("ArrowRight")
    assert float(slider.input_value()) == pytest.approx(before + 0.01)
    assert slider.get_attribute("aria-valuetext").startswith("1.81")
    box.get_by_label("Lattice").select_option("128 × 128")
    assert box.locator("canvas").get_attribute("width") == "128"
    box.get_by_role("button", name="Start cold").press("Enter")
    assert "|m| = 1.00, E/N = −2.00 after 0" in box.locator(".live-numbers").inner_text()
    box.get_by_label("Algorithm").select_option("Wolff")
    box.get_by_role("button", name="One step").press(" ")
    assert re.search("last cluster [1-9]", box.locator(".live-numbers").inner_text())


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_it_is_accessible_and_fits_a_phone(live, colours):
    page, box = live(color_scheme=colours, **PHONE, **STILL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for control in box.locator("button, select, input").all():
        assert control.bounding_box()["height"] >= 44
    found = Axe().run(page, context=".live").response["violations"]
    assert found == [], [violation["id"] for violation in found]


def test_the_picture_stays_without_javascript_and_in_print(live, new_page, site, serve):
    page, box = live()
    page.emulate_media(media="print")
    assert page.locator("img[data-live]").is_visible() and not box.is_visible()
    with closing(new_page(java_script_enabled=False)) as plain:
        plain.goto(f"{serve(site)}ising_model.html")
        assert plain.locator("img[data-live]").is_visible()


def test_a_page_without_a_live_figure_loads_no_simulation(new_page, site, serve):
    with closing(new_page()) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{serve(site)}glossary.html", wait_until="networkidle")
        assert asked and not [url for url in asked if "/live/" in url]
