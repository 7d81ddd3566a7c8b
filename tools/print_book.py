"""Print the built book: all pages in one PDF, made by Chromium. `make pdf` runs this.

python tools/print_book.py [FOLDER OF THE SITE]
"""

import re
import shutil
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ai4mat_grading.repository import root
from bs4 import BeautifulSoup
from playwright.sync_api import sync_playwright
from sphinx_external_toc.parsing import parse_toc_yaml

NAME = "autoencoders-and-the-ising-model.pdf"
LINK = f'<p class="pdf"><a href="{NAME}">The whole book as a PDF</a></p>'
STYLE = """<style>
article { break-before: page; }
details > summary, .copybtn, .headerlink, .take-along { display: none; }
body { background: white; margin: 0; }
</style>"""


def main(site):
    """Print the site and link to the print on its first page."""
    toc = root() / "book" / "_toc.yml"
    page = site / "_print.html"
    page.write_text(one_page(site, list(parse_toc_yaml(toc))))
    try:
        print_page(site, page.name, site / NAME)
    finally:
        page.unlink()
    link_from(site / "index.html")


def one_page(site, names):
    """Return all pages in one, in the order of the table of contents."""
    pages = [BeautifulSoup((site / f"{name}.html").read_text(), "html.parser") for name in names]
    for name, page in zip(names, pages):
        own_anchors(page.article, name)
        for details in page.article.select("details"):
            details["open"] = ""
        for image in page.article.select("img"):
            image["loading"] = "eager"
        for source in page.article.select("picture source"):  # the print is no phone
            source.decompose()
    head = "".join(str(e) for e in pages[0].head.select("link[rel=stylesheet], title"))
    mathjax = next(e for page in pages for e in page.select("script[src*=mathjax]"))
    setting = next(e for page in pages for e in page.select("script") if "window.MathJax" in e.text)
    body = "".join(str(page.article) for page in pages)
    return (
        f'<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8"/>{head}'
        f'{STYLE}{setting}{mathjax}</head><body class="bd-content">{body}</body></html>'
    )


def own_anchors(article, name):
    """Give anchors names that no other page has, and let links lead to them."""
    for element in article.select("[id]"):
        element["id"] = f"{name}--{element['id']}"
    article["id"] = name
    for link in article.select("a[href]"):
        page, _, anchor = link["href"].partition("#")
        page = page.removesuffix(".html") if page.endswith(".html") or not page else None
        if page is not None and ":" not in page:
            link["href"] = f"#{page or name}" + (f"--{anchor}" if anchor else "")


def print_page(site, name, target):
    """Let Chromium print a page of the site."""
    handler = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(600_000)
        page.goto(f"http://127.0.0.1:{server.server_port}/{name}")
        page.evaluate("window.MathJax?.startup?.promise")
        draft = Path(folder) / "book.pdf"
        page.pdf(path=draft, format="A4", outline=True, tagged=True, margin=MARGIN, **FOOT)
        target.write_bytes(draft.read_bytes())
        browser.close()
    server.shutdown()


MARGIN = dict.fromkeys(("top", "bottom", "left", "right"), "18mm")
FOOT = {
    "display_header_footer": True,
    "header_template": "<span></span>",
    "footer_template": '<span style="font-size: 8pt; margin: auto" class="pageNumber"></span>',
}


def chromium():
    """Return the path of the browser; None lets Playwright take its own."""
    names = ["chromium", "chromium-browser", "google-chrome"]
    return next(filter(None, map(shutil.which, names)), None)


def link_from(page):
    """Link to the print below the heading of the three doors."""
    text = page.read_text().replace(LINK, "")
    heading = re.search(r'<section id="three-doors">.*?</h2>', text, re.DOTALL)
    page.write_text(text[: heading.end()] + LINK + text[heading.end() :])


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else root() / "_build" / "html")
    print(f"The print is _build/html/{NAME}.")
