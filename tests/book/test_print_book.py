"""All pages in one, for the print: each anchor once, each link to an anchor that exists."""

import print_book
import pytest
from bs4 import BeautifulSoup

HEAD = "<head><title>B</title><script>window.MathJax = {{}}</script>"
HEAD += "<script src='mathjax.js'></script>"
PAGE = HEAD + "</head><body><article>{}</article></body>"


@pytest.fixture
def pages(tmp_path):
    (tmp_path / "a.html").write_text(
        PAGE.format("<h1 id='top'>A</h1><a href='b.html#top'>x</a><a href='#top'>y</a>")
    )
    (tmp_path / "b.html").write_text(
        PAGE.format(
            "<h1 id='top'>B</h1><a href='a.html'>z</a><a href='https://example.org/c.html'>w</a>"
            "<details><summary>s</summary>t</details>"
            "<picture><source srcset='n.png'><img loading='lazy' src='w.png'></picture>"
        )
    )
    return BeautifulSoup(print_book.one_page(tmp_path, ["a", "b"]), "html.parser")


def test_links_lead_to_anchors_of_the_print(pages):
    targets = [link["href"] for link in pages.select("a")]
    assert targets == ["#b--top", "#a--top", "#a", "https://example.org/c.html"]
    ids = [element["id"] for element in pages.select("[id]")]
    assert sorted(ids) == ["a", "a--top", "b", "b--top"]


def test_what_is_folded_is_open_and_pictures_are_wide_and_there(pages):
    assert pages.details.has_attr("open")
    assert pages.img["loading"] == "eager" and not pages.select("source")


def test_the_first_page_links_to_the_print_once(tmp_path):
    page = tmp_path / "index.html"
    page.write_text('<section id="three-doors">\n<h2>Three doors</h2>\n<p>x</p></section>')
    for _ in range(2):
        print_book.link_from(page)
    assert page.read_text().count(print_book.NAME) == 1
    assert page.read_text().index("</h2>") < page.read_text().index(print_book.NAME)
