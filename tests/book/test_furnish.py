"""What pages carry beside their text: sizes, heads, a foot, icons; and how they answer hands."""

import json
import re
from pathlib import Path

import furnish
import icons
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from fontTools.ttLib import TTFont
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PAGES = [path.stem for path in sorted((ROOT / "book").glob("*.md"))]


@pytest.fixture(scope="session")
def soup(site):
    """A function that reads a page of the site."""
    return lambda name: BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")


# --- the site -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_a_page_says_what_it_is_and_which_version(soup, name):
    page = soup(name)
    (summary,) = page.select("meta[name=description]")
    assert 20 < len(summary["content"]) <= 201
    titles = page.select("meta[property='og:title']")
    assert [title["content"] for title in titles] == [page.h1.get_text().rstrip("#")]
    foot = page.select_one(".bd-footer-content").get_text()
    assert f"Version {furnish.version()}." in foot and "Last updated on" in foot


@pytest.mark.parametrize("name", PAGES)
def test_every_image_has_its_size_and_comes_when_it_is_near(site, soup, name):
    for image in soup(name).select("article img"):
        width, height = furnish.size_of(site / image["src"])
        shape = int(image["width"]) / int(image["height"])
        assert shape == pytest.approx(width / height, rel=0.02)
        assert image["loading"] == "lazy"


def test_the_site_has_one_variant_of_mathjax_and_no_whole_icon_fonts(site):
    scripts = {path.name for path in (site / "_static" / "mathjax").glob("*.js")}
    assert scripts == {"tex-chtml.js"}
    assert not list(site.rglob("fa-*"))


def test_every_icon_of_a_page_is_in_the_font(site):
    style = (site / "_static" / "icons.css").read_text()
    with TTFont(site / "_static" / "icons.woff") as font:
        characters = font.getBestCmap()
    for page in site.glob("*.html"):
        for icon in BeautifulSoup(page.read_text(), "html.parser").select("i[class*=fa-]"):
            name = [name for name in icon["class"] if name not in {"fa-solid", "fas", "fa-lg"}][0]
            (code,) = re.findall(rf'\.{name}::before .* "\\(\w+)"', style)
            assert int(code, 16) in characters


def test_the_page_for_wrong_addresses_leads_to_the_first_page(soup):
    assert soup("404").select_one("article a")["href"] == "index.html"


def test_the_book_is_cited_as_in_the_file(soup):
    file = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    entry = soup("index").select_one("#how-to-cite pre").get_text()
    fields = dict(re.findall(r"(\w+) += \{+([^{}]+)\}", entry))
    assert file["version"] == fields["version"] == furnish.version()
    assert file["title"] == fields["title"]
    assert [author["name"] for author in file["authors"]] == [fields["author"]]


# --- the site under a reader's hands ------------------------------------------------------------


@pytest.fixture
def opened(new_page, site, serve):
    """A function that opens a page of the site."""
    pages = []

    def go(name, **view):
        pages.append(new_page(**view))
        pages[-1].goto(f"{serve(site)}{name}.html")
        pages[-1].evaluate("window.MathJax?.startup?.promise")
        return pages[-1]

    yield go
    for page in pages:
        page.close()


def test_a_term_is_explained_where_it_stands(opened):
    page = opened("glossary")
    link = page.locator("dd a.internal[href*='term-Encoder']").first
    link.hover()
    page.locator("#preview").wait_for(state="visible")
    assert "makes a code of an image" in page.locator("#preview").inner_text()
    assert link.get_attribute("aria-describedby") == "preview"
    page.keyboard.press("Escape")
    page.locator("#preview").wait_for(state="hidden")


def test_a_figure_and_a_term_of_another_page_show_when_the_focus_is_on_their_link(opened):
    page = opened("ising_model")
    page.locator("article a.internal[href='#fig-four-configurations']").first.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.locator("#preview img").wait_for(state="visible")


@pytest.mark.parametrize("key", ["Enter", " "])
def test_a_figure_is_enlarged_by_the_keyboard_and_closed_again(opened, key):
    page = opened("ising_model")
    figure = page.locator("article figure img").first
    before = figure.bounding_box()["width"]
    figure.focus()
    page.keyboard.press(key)
    large = page.locator("dialog.enlarged img")
    large.wait_for(state="visible")
    assert large.bounding_box()["width"] > before
    assert large.get_attribute("alt") == figure.get_attribute("alt")
    page.keyboard.press("Escape")
    large.wait_for(state="hidden")
    assert page.evaluate("document.activeElement.alt") == figure.get_attribute("alt")


def test_the_tab_key_does_not_stop_at_formulas_and_shows_where_it_is(opened):
    page = opened("notebook20")
    assert page.locator("mjx-container[tabindex]").count() == 0
    page.locator("article a").first.focus()
    page.keyboard.press("Tab")
    width = "parseFloat(getComputedStyle(document.activeElement).outlineWidth)"
    assert page.evaluate(width) >= 2


def test_printed_code_keeps_its_lines(opened):
    page = opened("autoencoder", viewport={"width": 700, "height": 900})
    page.emulate_media(media="print")
    overflowing = (
        "[...document.querySelectorAll('pre')].filter(e => e.scrollWidth > e.clientWidth + 1)"
    )
    assert page.evaluate(f"{overflowing}.map(e => e.textContent)") == []


# --- the parts ----------------------------------------------------------------------------------


def test_an_image_of_two_pixels_for_one_is_half_as_large_on_the_page(tmp_path):
    Image.new("L", (300, 200)).save(tmp_path / "fine.png", dpi=(200, 200))
    Image.new("L", (300, 200)).save(tmp_path / "plain.png")
    (tmp_path / "lines.svg").write_text('<svg width="72pt" height="36pt" viewBox="0 0 72 36"/>')
    assert furnish.size_of(tmp_path / "fine.png") == (150, 100)
    assert furnish.size_of(tmp_path / "plain.png") == (300, 200)
    assert furnish.size_of(tmp_path / "lines.svg") == (96, 48)


def test_a_large_state_of_a_live_figure_is_in_a_file_of_its_own(tmp_path):
    small, large = {"kind": "a", "size": 3}, {"kind": "b", "codes": "x" * furnish.LARGE}
    assert furnish.stored(small, "page", tmp_path / "live") == small
    about = furnish.stored(large, "api/page", tmp_path / "live")
    (file,) = (tmp_path / "live").iterdir()
    assert about == {"kind": "b", "file": file.name} and re.match(r"page-\w+\.json", file.name)
    assert json.loads(file.read_text()) == large


def summary_of(text):
    return furnish.description(nodes.section("", nodes.paragraph("", text)))


def test_a_description_ends_with_a_sentence_where_it_can():
    assert summary_of("One. Two? " + "x" * 300) == "One. Two?"
    assert summary_of("x" * 300) == "x" * 200
    assert furnish.description(nodes.section("")) == ""


def test_addresses_and_the_map_are_written_when_the_site_has_one(tmp_path):
    page = '<link rel="canonical" href="https://example.org/{}"/>'
    for name in ["a.html", "404.html"]:
        (tmp_path / name).write_text(page.format(name))
    furnish.write_map(tmp_path)
    found = re.findall("<loc>(.*)</loc>", (tmp_path / "sitemap.xml").read_text())
    assert found == ["https://example.org/a.html"]
    assert "https://example.org/sitemap.xml" in (tmp_path / "robots.txt").read_text()


def test_without_an_address_there_is_no_map(tmp_path):
    (tmp_path / "a.html").write_text("<p>A page</p>")
    furnish.write_map(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.html"]


def tags(address):
    config = type("Config", (), {"html_title": "Book", "html_baseurl": address})()
    return furnish.tags({"title": "A & <em>B</em>", "pageurl": f"{address}a.html"}, "What.", config)


def test_messengers_get_title_and_picture():
    assert 'property="og:title" content="A &amp; B"' in tags("https://example.org/")
    assert 'content="https://example.org/_static/cover.png"' in tags("https://example.org/")
    assert "og:image" not in tags("") and "og:url" not in tags("")


def test_only_what_pages_load_is_kept(tmp_path):
    for name in ["a.js", "b.js", "c/d/e.js", "c/f.js", "g/h.js"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    furnish.keep_only(tmp_path, ["a.js", "c/d"])
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*")}
    assert left == {"a.js", "c", "c/d", "c/d/e.js"}


def test_style_sheets_become_one_whose_addresses_hold(tmp_path):
    (tmp_path / "_static" / "styles").mkdir(parents=True)
    (tmp_path / "_static" / "a.css").write_text("a { b: url(x.png) }")
    (tmp_path / "_static" / "styles" / "b.css").write_text("c { d: url('y.png') url(data:,z) }")
    links = '<link rel="stylesheet" href="{0}_static/a.css?v=1" />\n'
    links += '<link rel="stylesheet" type="text/css" href="{0}_static/styles/b.css"/>\n'
    (tmp_path / "api").mkdir()
    (tmp_path / "p.html").write_text("<head>" + links.format("") + "</head>")
    (tmp_path / "api" / "q.html").write_text("<head>" + links.format("../") + "</head>")
    furnish.bundle_styles(tmp_path)
    for page, root in [("p.html", ""), ("api/q.html", "../")]:
        (link,) = BeautifulSoup((tmp_path / page).read_text(), "html.parser").select("link")
        assert link["href"].startswith(f"{root}_static/book-")
        style = ((tmp_path / page).parent / link["href"]).read_text()
        assert style == "a { b: url(x.png) }\nc { d: url('styles/y.png') url(data:,z) }"


def test_names_that_share_a_rule_have_one_each(tmp_path):
    (tmp_path / "all.min.css").write_text('.fa-a:before,.fa-b:before{content:"\\f1"}')
    assert icons.spelled_out(tmp_path).count('{content:"\\f1"}') == 2


def test_a_style_sheet_brings_what_it_imports_with_addresses_of_its_own(tmp_path):
    folder = tmp_path / "styles"
    folder.mkdir()
    (tmp_path / "basic.css").write_text("a { background: url(file.png) }")
    (folder / "theme.css").write_text('@import "../basic.css";\nb { background: url("x.png") }')
    style = furnish.as_part(folder / "theme.css", tmp_path)
    assert style.split() == (
        'a { background: url(file.png) } b { background: url("styles/x.png") }'.split()
    )
