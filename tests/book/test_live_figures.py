"""The live figures of the chapters under a reader's hands."""

import re
from contextlib import closing
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from chosen import some

PHONE = {"viewport": {"width": 320, "height": 700}, "has_touch": True}
# Kinds of figures: page and name of each.
FIGURES = {
    "ising": ("ising_model", "fig-live"),
    "threshold": ("autoencoder", "fig-week11-histograms"),
    "autoencoder": ("autoencoder", "fig-week11-live"),
    "vae": ("notebook20", "fig-nb20-live"),
    "draws": ("critical_generation", "fig-generated"),
    "map": ("anatomy_of_the_elbo", "fig-elbo-walk"),
    "race": ("perfect_samples", "fig-race"),
    "collapse": ("critical_point", "fig-scaling-live"),
    "bound": ("learning_from_the_energy", "fig-bound-live"),
}
RUNS = "() => / [1-9][0-9]* sweeps/.test(document.querySelector('.live').innerText)"
STILL = {"reduced_motion": "reduce"}


def still(page, kind):
    """The picture of a figure where nothing can move."""
    return page.locator(f"#{FIGURES[kind][1]} img[data-live]")


@pytest.fixture
def live(new_page, site, serve):
    """A function that opens the page of a figure, goes there and returns page and figure."""
    pages = []

    def go(kind="ising", **view):
        name, figure = FIGURES[kind]
        pages.append(new_page(**view))
        pages[-1].goto(f"{serve(site)}{name}.html")
        still(pages[-1], kind).scroll_into_view_if_needed()
        box = pages[-1].locator(f"#{figure} .live")
        box.locator("canvas, svg").first.wait_for()
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
    assert not still(page, "ising").is_visible()


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


# Each test run takes every figure once, in one of the two.
@pytest.mark.parametrize("colours, kind", some(product(["light", "dark"], FIGURES), 2))
def test_it_is_accessible_and_fits_a_phone(live, kind, colours):
    page, box = live(kind, color_scheme=colours, **PHONE, **STILL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    for control in box.locator("button, select, input").all():
        assert control.bounding_box()["height"] >= 44
    found = Axe().run(page, context=f"#{FIGURES[kind][1]} .live").response["violations"]
    assert found == [], [violation["id"] for violation in found]


@pytest.mark.parametrize("kind", FIGURES)
def test_the_picture_stays_without_javascript_and_in_print(live, kind, new_page, site, serve):
    page, box = live(kind)
    page.emulate_media(media="print")
    assert still(page, kind).is_visible() and not box.is_visible()
    with closing(new_page(java_script_enabled=False)) as plain:
        plain.goto(f"{serve(site)}{FIGURES[kind][0]}.html")
        assert still(plain, kind).is_visible()


# --- Metropolis beside Wolff --------------------------------------------------------------------


def updates(box):
    """Updates of both lattices, by the words below them."""
    return [int(re.search(r"after (\d+)", text)[1])
            for text in box.locator(".live-numbers").all_inner_texts()]  # fmt: skip


def test_both_start_alike_and_go_their_own_ways(live):
    _, box = live("race", **STILL)
    assert updates(box) == [0, 0] and picture(box, 0) == picture(box, 1)
    box.get_by_role("button", name="One step").press(" ")
    assert updates(box) == [1, 1] and picture(box, 0) != picture(box, 1)
    assert re.search(r"last cluster [1-9]\d*\sspin", box.inner_text())
    box.get_by_role("button", name="Start hot").press("Enter")
    assert updates(box) == [0, 0] and picture(box, 0) == picture(box, 1)
    assert box.get_by_role("status").inner_text() == "Both started from the same random spins."
    box.get_by_label("Lattice").select_option("128 × 128")
    sizes = [canvas.get_attribute("width") for canvas in box.locator("canvas").all()]
    assert sizes == ["128", "128"] and picture(box, 0) == picture(box, 1)
    box.get_by_role("button", name="Start cold").click()
    texts = box.locator(".live-numbers").all_inner_texts()
    assert all(re.match(r"\|m\|\s=\s1.00 after 0", text) for text in texts)


def test_the_race_runs_until_it_is_paused(live):
    page, box = live("race")
    box.get_by_label("Speed").select_option("50 updates a second")
    page.wait_for_function(
        "() => / [1-9][0-9]+\\ssteps, last cluster/.test(document.querySelector('.live').innerText)"
    )
    assert box.get_by_role("status").inner_text() == ""  # it does not talk all the time
    box.get_by_role("button", name="Pause").click()
    assert re.match(r"Paused: Metropolis \|m\|\s=", box.get_by_role("status").inner_text())
    left, right = updates(box)
    assert left == right > 0
    page.wait_for_timeout(500)
    assert updates(box) == [left, right]


@pytest.mark.parametrize("kind, control, choice", [
    ("race", "Speed", "50 updates a second"), ("ising", "Algorithm", "Wolff"),
])  # fmt: skip
def test_no_picture_changes_so_often_that_it_flashes(live, kind, control, choice):
    """Wolff's algorithm may swap black and white: at most three flashes in a second are allowed."""
    _, box = live(kind)
    box.get_by_label(control).select_option(choice)
    changes = box.evaluate("""box => new Promise(done => {
        const canvas = [...box.querySelectorAll("canvas")].at(-1);
        let [count, before, from] = [0, canvas.toDataURL(), performance.now()];
        requestAnimationFrame(function look(now) {
            const picture = canvas.toDataURL();
            if (picture !== before) count += 1;
            before = picture;
            if (now - from < 2000) requestAnimationFrame(look);
            else done(count);
        });
    })""")
    assert 0 < changes <= 12


# --- the threshold ------------------------------------------------------------------------------


def rule(box):
    """Threshold, accuracy, and the shares of ordered and disordered samples called right."""
    text = box.locator(".live-numbers").inner_text().replace("−", "-")
    found = re.match(
        r"Ordered if .* [<>]\s(\S+): accuracy (\S+)\s%\. "
        r"Called right: (\S+)\s% of the ordered and (\S+)\s% of the disordered samples\.$",
        text,
    )
    return [float(number) for number in found.groups()]


def test_the_best_threshold_is_the_one_that_the_page_computes(live):
    page, box = live("threshold")
    box.get_by_role("button", name="Best threshold").press("Enter")
    threshold, accuracy, ordered, _ = rule(box)
    printed = page.locator("body").inner_text()
    cut, best = re.search(r"best single threshold: .* > (\S+), accuracy (\S+)%", printed).groups()
    assert threshold == pytest.approx(float(cut), abs=0.01)
    assert accuracy == pytest.approx(float(best), abs=0.1)
    share = re.search(r"ordered samples recognised: (\S+)%", printed)[1]
    assert ordered == pytest.approx(float(share), abs=1)
    for _ in range(2):  # there is none better beside it
        box.get_by_role("slider").press("ArrowRight")
        assert rule(box)[1] <= accuracy


def test_keys_pointer_and_button_move_the_threshold(live):
    page, box = live("threshold")
    slider, drawing = box.get_by_role("slider"), box.locator(".live-histograms")
    slider.press("End")
    assert rule(box)[2:] == [0, 100]
    end = rule(box)[0]
    slider.press("ArrowLeft")
    assert rule(box)[0] == pytest.approx(end - 0.01)
    assert slider.get_attribute("aria-valuetext") == f"{end - 0.01:.2f}"
    drawing.scroll_into_view_if_needed()
    frame = drawing.bounding_box()
    drawing.hover(position={"x": 0.4 * frame["width"], "y": 0.4 * frame["height"]})
    page.mouse.down()
    first = rule(box)[0]
    page.mouse.move(frame["x"] + 0.8 * frame["width"], frame["y"] + 0.4 * frame["height"])
    page.mouse.up()
    assert first < rule(box)[0] < end
    at = rule(box)
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.4 * frame["height"])
    assert rule(box) == at  # it has been let go
    assert "Called right" in spoken(page, box, "Ordered if")


def test_the_energy_is_low_in_the_ordered_phase(live):
    _, box = live("threshold")
    best = {}
    for feature in ("m", "|m|", "energy per spin"):
        box.get_by_label("Feature").select_option(feature)
        box.get_by_role("button", name="Best threshold").click()
        best[feature] = rule(box)[1]
    assert best["m"] < best["|m|"] < best["energy per spin"]
    assert "energy per spin <" in box.locator(".live-numbers").inner_text()
    box.get_by_role("slider").press("Home")
    assert rule(box)[2:] == [0, 100]


def test_a_finger_moves_the_threshold_and_scrolls_the_page(live):
    _, box = live("threshold", **PHONE)
    drawing = box.locator(".live-histograms")
    before = rule(box)[0]
    drawing.tap(position={"x": 0.8 * drawing.bounding_box()["width"], "y": 60})
    assert rule(box)[0] > before
    assert drawing.evaluate("element => getComputedStyle(element).touchAction") == "pan-y"


# --- the collapse and the bound ------------------------------------------------------------------


def numbers_in(box, pattern):
    """The numbers that a pattern finds in the words below a figure."""
    text = box.locator(".live-numbers").inner_text().replace("−", "-")
    return [float(number) for number in re.search(pattern, text).groups()]


CHI = r"cumulant (\S+), order parameter (\S+)\.$"


def test_the_fit_of_the_page_has_the_chi_square_of_the_table(live):
    page, box = live("collapse")
    start = numbers_in(box, CHI)
    for name in ("m", "autoencoder, z"):
        box.get_by_label("Order parameter", exact=True).select_option(name)
        box.get_by_role("button", name="The fit of the page").press("Enter")
        row = (
            page.get_by_role("row")
            .filter(has=page.get_by_role("rowheader", name=name, exact=True))
            .last
        )
        printed = float(row.get_by_role("cell").last.inner_text())
        assert numbers_in(box, CHI)[0] == pytest.approx(printed, abs=0.06)
        assert printed < start[0] / 5
    box.get_by_role("button", name="Exact values").click()
    sliders = [box.get_by_role("slider").nth(k) for k in range(3)]
    assert [slider.get_attribute("aria-valuetext") for slider in sliders] == [
        "2.269", "1.00", "0.125",
    ]  # fmt: skip


def test_the_sliders_turn_what_they_name(live):
    page, box = live("collapse")
    box.get_by_role("button", name="The fit of the page").click()
    before = numbers_in(box, CHI)
    box.get_by_label("β/ν").press("Home")
    flat = numbers_in(box, CHI)
    assert flat[0] == before[0] and flat[1] > 2 * before[1]
    for _ in range(20):
        box.get_by_label("Tc", exact=True).press("ArrowRight")
    assert numbers_in(box, CHI)[0] > 2 * before[0]
    # It speaks once the sliders have come to rest; until then it says what the button's click did.
    assert spoken(page, box, r"^Tc 2\.\d+, ν \d\.\d+, β/ν 0\.000\. Chi-square")
    assert box.locator("svg .live-mark").count() >= 2 * 4 * 13


GAP = r"At T\s=\s(\S+): (\S+) nats above"


def test_the_best_generator_changes_with_the_temperature(live):
    page, box = live("bound")
    names = box.get_by_label("Generator", exact=True)
    found = {}
    for end in ("Home", "End"):
        box.get_by_label("Temperature T").press(end)
        worst = numbers_in(box, GAP)[1]
        box.get_by_role("button", name="Best generator here").press("Enter")
        found[names.locator("option:checked").inner_text()] = numbers_in(box, GAP)
        assert numbers_in(box, GAP)[1] <= worst
    assert list(found) == ["trained at T = 1.50", "trained at T = 4.00"]
    assert all(gap < 0.5 for _, gap in found.values())
    names.select_option("a coin for each spin")
    assert numbers_in(box, GAP)[1] > 1
    assert "trained" not in spoken(page, box, "coin")


def test_a_generator_shows_other_configurations(live):
    _, box = live("bound")
    before = picture(box, 0)
    box.get_by_role("button", name="Other configurations").click()
    assert picture(box, 0) != before
    box.get_by_label("Temperature T").press("ArrowRight")
    for _ in range(3):  # twelve in all, three at a time
        box.get_by_role("button", name="Other configurations").click()
    assert picture(box, 0) == before


# --- the autoencoder and the VAE ----------------------------------------------------------------


def code(box):
    """Where the ring is in the latent plane, by the sliders' words."""
    sliders = [box.get_by_label(f"Coordinate {k}") for k in (1, 2)]
    texts = [slider.get_attribute("aria-valuetext").replace("−", "-") for slider in sliders]
    return [float(text) for text in texts]


def picture(box, number):
    """The pixels of one of the small screens."""
    return box.locator("canvas").nth(number).evaluate("canvas => canvas.toDataURL()")


def spoken(page, box, pattern):
    """Wait until the status says something; return it."""
    page.wait_for_function(
        "([line, pattern]) => new RegExp(pattern).test(line.textContent)",
        arg=[box.get_by_role("status").element_handle(), pattern],
    )
    return box.get_by_role("status").text_content()


def test_the_code_follows_the_simulation_until_it_is_paused(live):
    page, box = live("autoencoder")
    first = code(box)
    page.wait_for_function(
        "([line, before]) => line.textContent !== before",
        arg=[
            box.locator(".live-numbers").element_handle(),
            box.locator(".live-numbers").inner_text(),
        ],
    )
    box.get_by_role("button", name="Pause").click()
    assert spoken(page, box, "Paused") == "Paused."
    at = code(box)
    assert at != first
    page.wait_for_timeout(300)
    assert code(box) == at
    box.get_by_role("button", name="One sweep").click()
    assert code(box) != at
    assert "Nearest in the data" in spoken(page, box, "Code")


@pytest.mark.parametrize("kind", ["autoencoder", "vae"])
def test_keys_pointer_and_sliders_move_the_code(live, kind):
    page, box = live(kind, **STILL)
    plane = box.get_by_role("application")
    before, decoded = code(box), picture(box, int(kind == "autoencoder"))
    plane.press("ArrowRight")
    plane.press("ArrowUp")
    one = code(box)
    assert one[0] > before[0] and one[1] > before[1]
    plane.press("Shift+ArrowLeft")
    assert one[0] - code(box)[0] == pytest.approx(5 * (one[0] - before[0]), abs=0.02)
    frame = plane.bounding_box()
    at = {"x": 0.9 * frame["width"], "y": 0.1 * frame["height"]}
    plane.click(position=at)
    corner = code(box)
    plane.hover(position=at)
    page.mouse.down()
    page.mouse.move(frame["x"] + 0.5 * frame["width"], frame["y"] + 0.5 * frame["height"])
    page.mouse.up()
    middle = code(box)
    assert corner[0] > middle[0] and corner[1] > middle[1]
    box.get_by_label("Coordinate 2").press("Home")
    assert code(box)[1] < middle[1] and code(box)[0] == middle[0]
    assert picture(box, int(kind == "autoencoder")) != decoded
    assert re.search(r"Code \(.*\)", spoken(page, box, "Code"))


def test_a_finger_moves_the_code_and_scrolls_the_page_elsewhere(live):
    page, box = live("vae", **PHONE, **STILL)
    plane = box.get_by_role("application")
    plane.tap(position={"x": 200, "y": 50})
    assert code(box)[0] > 0 and code(box)[1] > 0
    style = "element => getComputedStyle(element).touchAction"
    assert plane.evaluate(style) == "none"
    others = [box, *box.locator("canvas, input, button, p").all()]
    assert {other.evaluate(style) for other in others} <= {"auto", "manipulation"}


def test_one_walks_from_all_down_to_all_up_and_to_ends_of_ones_own(live):
    _, box = live("autoencoder", **STILL)
    walk, numbers = box.get_by_label("From A to B"), box.locator(".live-numbers")

    def decoded():
        found = re.search(r"decoded m\s=\s(\S+)\.", numbers.inner_text())[1]
        return float(found.replace("−", "-"))

    walk.press("ArrowRight")
    walk.press("Home")
    assert decoded() < -0.8
    first = code(box)
    walk.press("End")
    assert decoded() > 0.8
    box.get_by_role("button", name="Set A").click()
    walk.press("End")
    walk.press("Home")
    assert code(box) != first and decoded() > 0.8


def test_the_other_network_gives_the_same_configuration_another_code(live):
    page, box = live("autoencoder", **STILL)
    before, simulated, dots = code(box), picture(box, 0), box.locator(".live-plane circle").count()
    box.get_by_label("Trained on").select_option("equilibrium")
    assert code(box) != before and picture(box, 0) == simulated
    assert box.locator(".live-plane circle").count() == dots > 500
    assert "Nearest in the data" in spoken(page, box, "Code")


def test_a_code_from_the_prior_is_decoded_and_drawn_again(live):
    page, box = live("vae", **STILL)
    probabilities, drawn = picture(box, 0), picture(box, 1)
    box.get_by_role("button", name="Draw again").click()
    assert picture(box, 0) == probabilities and picture(box, 1) != drawn
    box.get_by_role("button", name="Code from the prior").click()
    at = code(box)
    assert at != [0, 0] and picture(box, 0) != probabilities
    box.get_by_label("Trained with").select_option("the true bound")
    assert code(box) == at
    assert "from site to site. Drawn: m" in spoken(page, box, "Code")


# --- the map ------------------------------------------------------------------------------------


def cell(box):
    """Beta, epsilon and the three numbers of the network that is shown."""
    text = box.locator(".live-numbers").inner_text()
    found = re.match(
        r"β\s=\s(\S+), ε\s=\s(\S+): divergence (\S+)\snats, "
        r"reconstruction (\S+)\snats per spin, correlation with\sm (\S+)\. ",
        text,
    )
    return [float(number) for number in found.groups()]


def dots(box):
    """Where the codes are drawn."""
    places = "all => all.map(one => [one.getAttribute('cx'), one.getAttribute('cy')].join())"
    return box.locator(".live-codes g circle").evaluate_all(places)


def test_keys_taps_and_sliders_go_from_network_to_network(live):
    page, box = live("map")
    plane = box.get_by_role("application")
    assert cell(box)[:2] == [800, 0.2]
    first, decoded = dots(box), picture(box, 4)
    assert len(first) == 300
    plane.press("ArrowRight")
    plane.press("ArrowUp")
    assert cell(box)[:2] == [4000, 0.5]
    for _ in range(9):
        plane.press("ArrowRight")
        plane.press("ArrowDown")
    assert cell(box)[:2] == [1, 10]  # it ends at the border
    originals = [picture(box, number) for number in range(4)]
    frame = plane.bounding_box()
    plane.click(position={"x": 0.2 * frame["width"], "y": 10})
    assert cell(box)[:2] == [4000, 0.01]
    assert [picture(box, number) for number in range(4)] == originals
    assert dots(box) != first and picture(box, 4) != decoded
    box.get_by_label("Weight β").press("ArrowLeft")
    box.get_by_label("Noise ε").press("End")
    assert cell(box)[:2] == [800, 10]
    assert box.get_by_label("Weight β").get_attribute("aria-valuetext") == "800"
    assert spoken(page, box, "a code in the width only").startswith("β\xa0=\xa0800")


def test_the_numbers_of_the_map_are_those_that_the_page_prints(live):
    page, box = live("map")
    printed = {}
    for row in page.get_by_role("row").all_inner_texts():
        if found := re.match(r"β = (\d+), ε = (\S+)\s+(.*)", row):
            printed[float(found[1]), float(found[2])] = found[3].split()[:3]
    assert len(printed) == 8
    for (beta, epsilon), numbers in printed.items():
        box.get_by_label("Weight β").fill(f"{[1, 5, 30, 150, 800, 4000].index(beta)}")
        box.get_by_label("Noise ε").fill(f"{[0.01, 0.05, 0.2, 0.5, 1, 3, 10].index(epsilon)}")
        assert cell(box)[:2] == [beta, epsilon]
        digits = (2e-4, 2e-4, 0.011)
        for shown, number, error in zip(cell(box)[2:], numbers, digits, strict=True):
            assert shown == pytest.approx(float(number), abs=error, rel=1e-4)


def test_the_map_is_coloured_by_each_of_its_numbers(live):
    _, box = live("map")
    seen = set()
    for quantity in ("divergence", "reconstruction", "correlation"):
        (name,) = [one for one in box.get_by_role("option").all_inner_texts() if quantity in one]
        box.get_by_label("Colours show").select_option(name)
        fills = "all => all.map(one => one.getAttribute('fill')).join()"
        seen.add(box.locator(".live-map g rect").evaluate_all(fills))
    assert len(seen) == 3 and all(colours.count("rgb") == 42 for colours in seen)


def test_a_finger_chooses_a_network_and_scrolls_the_page(live):
    _, box = live("map", **PHONE)
    plane = box.get_by_role("application")
    frame = plane.bounding_box()
    plane.tap(position={"x": 0.95 * frame["width"], "y": 0.7 * frame["height"]})
    assert cell(box)[1] == 10
    assert plane.evaluate("element => getComputedStyle(element).touchAction") == "auto"


# --- draws --------------------------------------------------------------------------------------


def means(box):
    """For each model the mean energy and the mean |m|, and by how much each of them is off."""
    rows = {}
    for row in box.get_by_role("row").all()[1:]:
        cells = [cell.replace("−", "-") for cell in row.get_by_role("cell").all_inner_texts()]
        rows[row.get_by_role("rowheader").inner_text()] = cells
    return rows


def value(text):
    """A mean without its error."""
    return float(re.sub(r"\(\d+\)", "", text))


def test_draws_add_up_to_means_until_all_have_been_shown(live):
    page, box = live("draws")
    assert box.get_by_role("status").inner_text() == "Draw 1 of 150."
    first = means(box)
    assert list(first) == [
        "only m", "dense, d=2", "deconv, d=2", "autoregr., d=2", "hierarchical", "exact",
        "expected",
    ]  # fmt: skip
    assert {off for row in first.values() for off in row[1::2]} == {""}
    before = [picture(box, k) for k in range(6)]
    box.get_by_role("button", name="Draw another").press("Enter")
    assert box.get_by_role("status").inner_text() == "Draw 2 of 150."
    assert not {*before} & {picture(box, k) for k in range(6)}
    for _ in range(14):
        box.get_by_role("button", name="Draw 10").click()
    assert box.get_by_role("status").inner_text() == "Draw 142 of 150."
    assert means(box)["exact"][0].endswith(")") and means(box)["exact"][1][0] in "+-0"
    box.get_by_role("button", name="Draw 10").click()
    status = box.get_by_role("status").inner_text()
    assert status.startswith("Draw 150 of 150: all have been shown.")
    last, columns = means(box), page.get_by_role("row").all_inner_texts()
    energy, m = (value(last["expected"][k]) for k in (0, 2))
    printed = next(row for row in columns if row.startswith("L = 40, exact value")).split()
    assert energy == pytest.approx(float(printed[5].replace("−", "-")), abs=1e-4)
    assert 0.55 < m < 0.75
    for name, row in last.items():
        if name != "expected":  # off by as many errors as it says
            error = float(re.search(r"\((\d+)\)", row[0])[1])
            digits = len(re.match(r"-?\d+\.(\d*)", row[0])[1])
            error, off = error / 10**digits, float(row[1])
            assert value(row[0]) - energy == pytest.approx(
                off * error, abs=0.5 * abs(off * error) + error
            )
    assert max(abs(float(last["exact"][k])) for k in (1, 3)) < 4.5
    assert min(abs(float(last[name][1])) for name in ("only m", "deconv, d=2")) > 8
    box.get_by_role("button", name="Draw 10").click()
    assert box.get_by_role("status").inner_text() == "Draw 10 of 150."


def names(box):
    """What stands below the pictures."""
    return box.locator(".live-cards p").all_inner_texts()


def test_one_guesses_which_is_exact_by_keys_and_by_touch(live):
    _, box = live("draws", **PHONE)
    box.get_by_role("button", name="Guess which is exact").press("Enter")
    assert names(box) == [] and "1" not in box.get_by_role("status").inner_text()
    labels = box.locator("canvas").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert [label[:15] for label in labels] == [f"Configuration {letter}" for letter in "ABCDEF"]
    box.get_by_role("button", name="C is exact").press(" ")
    right = 0
    for guess in range(1, 7):
        assert sorted(name[3:] for name in names(box))[3] == "exact" and len(names(box)) == 6
        (exact,) = [name for name in names(box) if name.endswith(": exact")]
        chosen = "CDEFAB"[guess - 1]
        status = box.get_by_role("status").inner_text()
        right += exact[0] == chosen
        begin = f"Right, {chosen} is exact." if exact[0] == chosen else f"{chosen} is "
        assert status.startswith(begin) and f"{exact[0]} is exact." in status
        assert f"{right} of {guess} guesses right. Draw {guess + 1} of 150." in status
        again = box.get_by_role("button", name="Guess which is exact")
        assert again.evaluate("button => button === document.activeElement")
        again.press("Enter")
        box.locator("canvas").nth("ABCDEF".index("CDEFAB"[guess % 6])).tap()
    again.tap()
    box.get_by_role("button", name="Draw another").tap()  # a guess left open has been drawn, too
    assert names(box)[0] == "only m"
    assert box.get_by_role("status").inner_text() == "Draw 10 of 150."


def test_nothing_jumps_when_names_give_way_to_buttons(live):
    _, box = live("draws", **PHONE)
    height = box.bounding_box()["height"]
    box.get_by_role("button", name="Draw 10").click()
    for letter in "ABC":
        assert box.bounding_box()["height"] == height
        box.get_by_role("button", name="Guess").click()
        assert box.bounding_box()["height"] == height
        box.get_by_role("button", name=f"{letter} is exact").click()


@pytest.mark.parametrize("kind", ["autoencoder", "vae", "map", "draws"])
def test_a_large_state_comes_when_the_figure_is_near(new_page, site, serve, kind):
    name, _ = FIGURES[kind]
    assert (site / f"{name}.html").stat().st_size < 300_000
    with closing(new_page()) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{serve(site)}{name}.html", wait_until="networkidle")
        assert asked and not [url for url in asked if "/live/" in url]
        with page.expect_response(re.compile(rf"/live/{name}-\w+\.json$")) as answer:
            still(page, kind).scroll_into_view_if_needed()
        assert answer.value.ok and len(answer.value.body()) > 50_000


def test_a_page_without_a_live_figure_loads_no_simulation(new_page, site, serve):
    with closing(new_page()) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{serve(site)}glossary.html", wait_until="networkidle")
        assert asked and not [url for url in asked if "/live/" in url]
