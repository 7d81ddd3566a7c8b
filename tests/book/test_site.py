"""The built site as a reader meets it: complete, offline, readable in the light and in the dark.

Each check is a function that returns what it finds wrong, in words; at the end of the module
small broken pages show that it finds it. How the book is built is tested in test_build.py.
"""

import re
from contextlib import closing
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from chosen import some
from sphinx_external_toc.parsing import parse_toc_yaml

BOOK = Path(__file__).resolve().parents[2] / "book"
TOC = parse_toc_yaml(BOOK / "_toc.yml")
CHAPTERS = list(TOC)
# In the browser one page of a module stands for all: they are made alike, and have no figures.
PAGES = [name for name in CHAPTERS if not name.startswith("api/")]
PAGES += ["api/sampling", "search", "genindex"]
VIEWS = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "phone": {"color_scheme": "light", "viewport": {"width": 390, "height": 844}},
}
# On a phone the colours are those of "light", and to compare them takes most of the time of a page:
# pages of a kind have them compared there once, as a narrow page may lay text on something else.
COMPARED_ON_PHONES = {"index", "autoencoder", "anatomy_of_the_elbo", "api/sampling"}
COMPARED_ON_PHONES |= {"search", "genindex"}

# --- what a page must not contain ---------------------------------------------------------------

RESIDUE = {
    r"Traceback \(most recent call last\)": "a traceback",
    r"\{[a-z:-]+\}\w*`": "a role that was not rendered",
    r"<(Figure size|Axes|matplotlib\.)": "the name of a plot object instead of the plot",
    r"\d+%\|": "a progress bar",
    r"\bnan\b": "a result that is nan",
}


def residue(page):
    """Find what rendering should have replaced; code and the API's docstrings may name it."""
    page = BeautifulSoup(page, "html.parser")
    for element in page.select("script, .cell_input, code, dl.py"):
        element.decompose()
    return [what for pattern, what in RESIDUE.items() if re.search(pattern, page.get_text())]


def figure_faults(page):
    """Find figures without a caption or a sentence for those who cannot see them."""
    article = BeautifulSoup(page, "html.parser").select_one("article")
    faults = [
        f"{image.get('src')}: {fault}"
        for image in article.select("img")
        for fault in [*alt_faults(image.get("alt", "")), *caption_faults(image)]
    ]
    crowded = [cell for cell in article.select(".cell_output") if len(cell.select("img")) > 1]
    return faults + [f"{len(cell.select('img'))} figures in one cell" for cell in crowded]


def alt_faults(alt):
    """Find why an alternative text is no sentence that describes the figure."""
    if not re.fullmatch(r"[A-Z].{18,}\.", alt.strip(), re.DOTALL) or " " not in alt:
        yield f"the alt text is no sentence: {alt!r}"
    if measured(alt):
        yield f"the alt text quotes a result: {alt!r}"


def caption_faults(image):
    """Find why an image is no figure with a caption."""
    caption = image.find_parent("figure") and image.find_parent("figure").select_one("figcaption")
    number = caption and caption.select_one(".caption-number")
    if not caption or caption.get_text().strip() == (number.get_text().strip() if number else ""):
        yield "no caption"


def measured(text):
    """Find the decimal numbers of three or more digits: a result, hardly ever a setting."""
    numbers = re.findall(r"(?<!Python )(?<![\w./:-])\d+\.\d+(?![\w-]|[./]\d)", text)
    return [n for n in numbers if len(n.replace(".", "").lstrip("0")) >= 3]


def typed_results(source):
    """Find results in a chapter's prose that are neither computed nor said to be published."""
    prose = re.sub(r"(?ms)^(```+)(\{code[^\n]*|[a-z]*)\n.*?^\1\s*$", "", source)
    prose = re.sub(r"`[^`\n]*`|https?://\S+", "", prose)
    return [
        f"{number} in: {paragraph.strip()[:80]}"
        for paragraph in re.split(r"\n\s*\n", prose)
        if "published" not in paragraph.lower()
        for number in measured(paragraph)
    ]


# --- links, over all pages of a folder ----------------------------------------------------------


def link_faults(folder):
    """Find links to nowhere, insecure links, and whatever a page loads from another host."""
    pages = {
        path.resolve(): BeautifulSoup(path.read_text(), "html.parser")
        for path in Path(folder).rglob("*.html")
        if "_static" not in path.parts  # templates of the theme
    }
    return [
        f"{path.name}: {fault}"
        for path, page in pages.items()
        for element in page.select("[href], [src]")
        for fault in target_faults(element, path, pages)
    ]


def target_faults(element, path, pages):
    """Find what is wrong with the target of one element."""
    target = element.get("href", element.get("src"))
    url = urlsplit(urljoin(path.as_uri(), target))
    if url.scheme != "file":
        if element.name != "a" and url.scheme != "data":
            yield f"<{element.name}> loads {target}"
        elif url.scheme not in {"https", "mailto", "data"}:
            yield f"{target} is not https"
        return
    file = Path(unquote(url.path))
    if not file.is_file():
        yield f"{target} does not exist"
    elif url.fragment and not pages[file].find(id=unquote(url.fragment)):
        yield f"{target}: there is no such anchor"


# --- what happens in a browser ------------------------------------------------------------------

# What a reader can open must be as good as the rest: hidden code, answers in an admonition.
UNFOLD = """async () => {
    document.querySelectorAll('details').forEach(e => e.open = true);
    document.querySelectorAll('.toggle-hidden').forEach(e => e.classList.remove('toggle-hidden'));
    const images = [...document.images];
    images.forEach(image => image.loading = 'eager');  // scrolling down would load them one by one
    await Promise.allSettled(images.map(image => image.decode()));
}"""

UNRENDERED = """() => [...document.querySelectorAll('.math')]
    .filter(math => !math.querySelector('mjx-container'))
    .map(math => 'not rendered: ' + math.textContent)
    .concat([...document.querySelectorAll('mjx-merror, mjx-mtext[style*="color: red"]')]
    .map(error => 'an error in: ' + error.closest('.math').textContent))"""

# The page of results has its own box in its middle.
SEARCHES = """() => [...document.querySelectorAll('input[type=search], button[aria-label=Search]')]
    .filter(e => e.checkVisibility({visibilityProperty: true}))
    .filter(e => !e.closest('.bd-search-container')).length"""

# Code, tables and equations may scroll by themselves: only a page wider than the screen counts.
OVERFLOW = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('article *')]
    .filter(e => e.getBoundingClientRect().right > innerWidth + 1).slice(0, 1)
    .concat(document.documentElement).slice(0, 1)
    .map(e => `wider than the screen: <${e.localName}> ${e.textContent.trim().slice(0, 60)}`)"""

# "No filter" must hold all the way up; the corner of a figure is its background. An inline style
# can distort one, as the shape in its markup yields to it.
ALTERED = """() => [...document.querySelectorAll('article img')].flatMap(image => {
    if (!image.naturalWidth) return [image.src + ' is missing'];
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    canvas.drawImage(image, 0, 0);
    const corner = [...canvas.getImageData(0, 0, 1, 1).data];
    const faults = corner.every(value => value === 255) ? [] : ['is not on opaque white'];
    const {width, height} = image.getBoundingClientRect();
    if (Math.abs(width * image.naturalHeight / (height * image.naturalWidth) - 1) > 0.05)
        faults.push('is distorted');
    const style = getComputedStyle(image);
    if (parseFloat(style.padding) || parseFloat(style.borderWidth)) faults.push('is framed');
    for (let e = image; e; e = e.parentElement)
        if (getComputedStyle(e).filter !== 'none') faults.push('is filtered');
    return faults.map(fault => image.src + ' ' + fault);
})"""


def browse(new_page, url, contrast=True, **view):
    """Open a page as a reader would and find what goes wrong, accessibility included.

    Colours are compared with what lies under them only with `contrast`.
    """
    faults = []
    host = urljoin(url, "/")
    with closing(new_page(reduced_motion="reduce", **view)) as page:
        page.route(
            lambda target: not target.startswith(host),
            lambda route: (faults.append(f"a request to {route.request.url}"), route.abort()),
        )
        page.on(
            "console",
            lambda message: (
                message.type in {"error", "warning"}
                and faults.append(f"console {message.type}: {message.text}")
            ),
        )
        page.on("pageerror", lambda error: faults.append(f"script error: {error.message}"))
        page.goto(url)
        page.evaluate("window.MathJax?.startup?.promise")
        page.evaluate(UNFOLD)
        page.evaluate("document.fonts.ready")
        for script in [UNRENDERED, OVERFLOW, ALTERED]:
            faults += page.evaluate(script)
        if (searches := page.evaluate(SEARCHES)) != 1:
            faults.append(f"{searches} search boxes")
        return faults + barriers(page, contrast)


def barriers(page, contrast):
    """Find accessibility violations, and text that has the colour of what lies under it."""
    # Without preload: axe would fetch style sheets again, under wrong addresses.
    options = {"preload": False, "resultTypes": ["violations", "incomplete"]}
    options["rules"] = {"color-contrast": {"enabled": contrast}}
    report = Axe().run(page, options=options)
    # axe takes text in the very colour of its ground for hidden on purpose.
    invisible = [
        f"invisible: {node['html'][:120]}"
        for rule in report.response["incomplete"]
        for node in rule["nodes"]
        for check in node["any"]
        if rule["id"] == "color-contrast" and check["data"]["messageKey"] == "equalRatio"
    ]
    return invisible + [
        f"axe {violation['id']}: {node['html'][:120]} {node['failureSummary']}"
        for violation in report.response["violations"]
        for node in violation["nodes"]
    ]


# --- the site -----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def address(site, serve):
    return serve(site)


def assert_none(faults):
    assert not faults, "\n".join(["", *faults])


def test_the_book_builds_without_a_warning(build):
    _, what_failed = build
    assert what_failed is None, what_failed


def test_every_page_of_a_module_lists_what_the_summary_lists(site):
    """The table on the first page of the reference leads to each entry."""
    page = BeautifulSoup((site / "api.html").read_text(), "html.parser")
    linked = {link["href"].split("#")[1] for link in page.select("article table a[href*='#']")}
    entries = set()
    for path in (site / "api").glob("*.html"):
        entries |= {
            entry["id"]
            for entry in BeautifulSoup(path.read_text(), "html.parser").select("dl.py > dt[id]")
        }
    own = {name for name in entries if name.rsplit(".", 1)[1][0].islower()} | linked
    assert len(linked) > 60 and linked <= entries
    assert {name for name in own if name.count(".") == 2} <= linked


def test_every_chapter_file_is_in_the_table_of_contents():
    files = [path.relative_to(BOOK).with_suffix("").as_posix() for path in BOOK.rglob("*.md")]
    assert sorted(files) == sorted(CHAPTERS)


@pytest.mark.parametrize("name", CHAPTERS)
def test_results_in_the_prose_are_computed_or_said_to_be_published(name):
    assert_none(typed_results((BOOK / f"{name}.md").read_text()))


@pytest.mark.parametrize("name", CHAPTERS)
def test_scales_of_colours_come_from_one_room(name):
    """`plotting` chooses them, so that temperature looks the same on every page."""
    code = (BOOK / f"{name}.md").read_text()
    assert re.findall(r"""cmap=['"](?!gray)[^'"]*|plt\.cm\.\w+|get_cmap""", code) == []


@pytest.mark.parametrize("name", PAGES)
def test_the_site_has_the_page_and_nothing_in_it_is_left_unrendered(site, name):
    assert_none(residue((site / f"{name}.html").read_text()))


def test_the_address_of_the_site_is_its_first_page(site):
    assert TOC.root.docname == "index"
    assert "http-equiv" not in (site / "index.html").read_text()


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_figure_has_a_caption_and_a_sentence_for_those_who_cannot_see_it(site, name):
    assert_none(figure_faults((site / f"{name}.html").read_text()))


def test_no_link_is_broken_or_insecure_and_nothing_is_loaded_from_elsewhere(site):
    assert_none(link_faults(site))


# Each test run looks at half of them, and at every page.
@pytest.mark.parametrize("name, view", some(product(PAGES, VIEWS), 2))
def test_the_page_works_in_a_browser_without_network(new_page, address, name, view):
    contrast = view != "phone" or name in COMPARED_ON_PHONES
    assert_none(browse(new_page, f"{address}{name}.html", contrast, **VIEWS[view]))


def test_the_search_finds_a_chapter(new_page, address):
    with closing(new_page()) as page:
        page.goto(f"{address}search.html?q=magnetization")
        page.locator("#search-results a[href*='ising_model.html']").first.wait_for()


# --- the checks find what they are for ----------------------------------------------------------

ALT = "A curve that falls with the temperature."
FIGURE = "<figure><img src='a.png' alt='{}'><figcaption><p>{}</p></figcaption></figure>"


@pytest.mark.parametrize(
    "text",
    [
        "<p>The value is {glue:text}`tc`.</p>",
        "<p>m = nan</p>",
        "<pre>[nan, 1.]</pre>",
        "<pre>Traceback (most recent call last)</pre>",
        "<pre>&lt;Figure size 640x480&gt;</pre>",
        "<pre>&lt;Axes: xlabel='T'&gt;</pre>",
        "<pre> 20%|##   | 1/5</pre>",
    ],
)
def test_residue_is_found(text):
    assert len(residue(text)) == 1


def test_code_may_name_what_a_page_must_not_show():
    assert residue("<div class='cell_input'>np.nan, nan</div> <code>nan</code>") == []


@pytest.mark.parametrize(
    ("figure", "fault"),
    [
        ("<figure><img src='a.png'><figcaption>C</figcaption></figure>", "no sentence"),
        (FIGURE.format("_images/a1b2.png", "C"), "no sentence"),
        (FIGURE.format("A curve.", "C"), "no sentence"),
        (FIGURE.format("A curve that falls with the temperature", "C"), "no sentence"),
        (FIGURE.format("A curve that reaches zero at 2.269.", "C"), "quotes a result"),
        (FIGURE.format(ALT, "<span class='caption-number'>Fig. 1 </span>"), "no caption"),
        (f"<img src='a.png' alt='{ALT}'>", "no caption"),
        (f"<div class='cell_output'>{FIGURE.format(ALT, 'C') * 2}</div>", "2 figures"),
    ],
)
def test_a_figure_fault_is_found(figure, fault):
    faults = figure_faults(f"<article>{figure}</article>")
    assert len(faults) == 1 and fault in faults[0]


def test_a_described_figure_with_a_caption_is_fine():
    assert figure_faults(f"<article>{FIGURE.format(ALT, 'A caption.')}</article>") == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("The loss is 0.196.", True),
        ("$T_c = 2.269$", True),
        ("```{note}\nThe loss is 0.196.\n```", True),
        ("The loss is {glue:text}`loss`, the published one 0.1962.", False),
        (
            "A rate of 0.001 for 12,131 parameters, Python 3.11, torch 2.13.0, arXiv:1703.02435.",
            False,
        ),
        ("```{code-cell} ipython3\nx = 0.196\n```\n\n```python\nx = 0.196\n```", False),
    ],
)
def test_a_typed_result_is_told_from_a_setting(source, found):
    assert bool(typed_results(source)) == found


@pytest.mark.parametrize(
    ("element", "fault"),
    [
        ("<a href='nowhere.html'>x</a>", "nowhere.html does not exist"),
        ("<a href='#nowhere'>x</a>", "no such anchor"),
        ("<a href='b.html#nowhere'>x</a>", "no such anchor"),
        ("<a href='http://example.org'>x</a>", "not https"),
        ("<img src='a.png'>", "a.png does not exist"),
        ("<script src='https://example.org/a.js'></script>", "<script> loads"),
        ("<link rel='preconnect' href='https://example.org'>", "<link> loads"),
    ],
)
def test_a_broken_link_is_found(tmp_path, element, fault):
    (tmp_path / "b.html").write_text("<p id='here'>")
    good = "<a href='b.html?x=1#here'>x</a> <a href='https://example.org'>x</a>"
    (tmp_path / "a.html").write_text(good + element)
    faults = link_faults(tmp_path)
    assert len(faults) == 1 and fault in faults[0]


SOUND = """<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
</head><body><main><h1>A page</h1><button aria-label="Search">s</button><article>{}</article>
</main></body></html>"""
SQUARE = (
    "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'>"
    "<path fill='{}' d='M0 0h9v9H0z'/></svg>"
)
BROKEN = {
    "nothing": ("", None),
    "console": ("<script>console.error('oops')</script>", "console error: oops"),
    "warning": ("<script>console.warn('oops')</script>", "console warning: oops"),
    "script": ("<script>throw new Error('oops')</script>", "script error: oops"),
    "missing": ("<img src='none.png' alt='none'>", "none.png is missing"),
    "elsewhere": ("<script>new Image().src = 'https://example.org/a'</script>", "a request to"),
    "math": ("<span class='math'>x^2</span>", "not rendered: x^2"),
    "merror": (
        "<p class='math'>x<mjx-container></mjx-container><mjx-merror></mjx-merror></p>",
        "an error in: x",
    ),
    "search": ("<input type='search' aria-label='Search'>", "2 search boxes"),
    "wide": ("<div style='width: 2000px'>wide</div>", "wider than the screen: <div> wide"),
    "filter": (
        "<figure style='filter: brightness(.8)'><img src='w.svg' alt='w'></figure>",
        "is filtered",
    ),
    "frame": ("<img src='w.svg' alt='w' style='padding: 8px'>", "is framed"),
    "transparent": ("<img src='t.svg' alt='t'>", "not on opaque white"),
    "distorted": (
        "<img src='w.svg' alt='w' width='9' height='9' style='width: 90px; height: 20px'>",
        "is distorted",
    ),
    "invisible": ("<p style='color: #999; background: #999'>unseen</p>", "invisible: <p"),
    "contrast": ("<p style='color: #999'>pale</p>", "axe color-contrast"),
    "alt": ("<img src='w.svg'>", "axe image-alt"),
    "folded": ("<details><summary>s</summary><img src='w.svg'></details>", "axe image-alt"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_fault_in_the_browser_is_found(new_page, serve, tmp_path, what):
    content, fault = BROKEN[what]
    (tmp_path / "w.svg").write_text(SQUARE.format("white"))
    (tmp_path / "t.svg").write_text(SQUARE.format("none"))
    (tmp_path / "page.html").write_text(SOUND.format(content))
    faults = browse(new_page, serve(tmp_path) + "page.html", **VIEWS["light"])
    assert any(fault in found for found in faults) if fault else faults == []
