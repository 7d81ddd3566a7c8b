"""What the pages of the site carry beside their text: a Sphinx extension, and what follows a build.

Sizes of images, descriptions and addresses for search engines, what the foot of a page says; and a
built site loses what no page loads.
"""

import base64
import html
import json
import re
import shutil
import tomllib
from hashlib import sha256
from pathlib import Path

from book_figures import NARROW
from docutils import nodes
from icons import write_icons
from PIL import Image
from take_along import FOLDER, LIVE, ROOT, executed, has_code

LARGE = 10_000  # characters; a larger state is in a file that the page loads when it needs it
# MathJax as the pages load it: one script, its fonts, and what TeX may ask for.
MATHJAX = ["tex-chtml.js", "output/chtml/fonts", "input/tex/extensions"]


def setup(app):
    """Tell Sphinx what the extension adds."""
    app.connect("config-inited", name_the_site)
    app.connect("builder-inited", forget_states)
    app.connect("html-page-context", furnish, priority=900)  # the theme has put its buttons there
    return {"parallel_read_safe": True}


def name_the_site(app, config):
    """Give all pages the version, and their addresses where the build knows that of the site."""
    config.version = config.release = version()
    config.html_baseurl = config.site_url.rstrip("/") + "/" if config.site_url else ""
    config.html_context |= {"book_version": version(), "book_repository": config.repository}


def version():
    """Return the version of the package."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def furnish(app, pagename, templatename, context, doctree):
    """Add to a page what its text does not say."""
    if "body" in context:
        narrow, live = figures(app, pagename) if doctree is not None else ({}, {})
        context["body"] = with_sizes(context["body"], app.builder, narrow, live)
    if pagename != "search":  # its own scripts need the others at once
        context["script_files"] = [deferred(script) for script in context.get("script_files", [])]
    if doctree is not None:
        offer_notebook(context, pagename, doctree)
        context["metatags"] += tags(context, description(doctree), app.config)


def deferred(script):
    """Return a script that does not hold up the page; pages share the one that came."""
    inline_needs = "documentation_options" in str(script.filename)
    if not script.filename or inline_needs or script.attributes.get("type") == "module":
        return script
    attributes = {"defer": "defer"} | script.attributes
    return type(script)(script.filename, priority=script.priority, **attributes)


def offer_notebook(context, pagename, doctree):
    """Let the button of downloads offer the notebook instead of the source of the page."""
    for group in context.get("header_buttons", []):
        for button in group.get("buttons", []):
            if button.get("label") == "download-source-button" and has_code(doctree):
                button |= {
                    "url": f"{FOLDER}/{pagename}.ipynb",
                    "text": ".ipynb",
                    "tooltip": "Download as a notebook",
                }


# --- images -------------------------------------------------------------------------------------


def figures(app, pagename):
    """Return what goes with the figures of a page, by their names; write the narrow ones.

    The first dictionary has the names of narrow figures, the second what live ones need.
    """
    path = Path(app.outdir).parent / "jupyter_execute" / f"{pagename}.ipynb"
    if not path.is_file():
        return {}, {}
    pairs, live = {}, {}
    for cell in executed(app, pagename).cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("image/png", {})
            if not about.keys() & {LIVE, NARROW}:
                continue
            name = named(base64.b64decode(output["data"]["image/png"]))
            if LIVE in about:
                live[name] = stored(about[LIVE], pagename, live_folder(app.outdir))
            if NARROW in about:
                narrow = base64.b64decode(about[NARROW])
                pairs[name] = named(narrow)
                folder = Path(app.outdir) / "_images"
                folder.mkdir(exist_ok=True)
                (folder / named(narrow)).write_bytes(narrow)
    return pairs, live


def live_folder(site):
    """Return where the scripts and the states of live figures are."""
    return Path(site) / "_static" / "live"


def forget_states(app):
    """Remove the states that an earlier build has left."""
    shutil.rmtree(live_folder(app.outdir), ignore_errors=True)


def stored(state, pagename, folder):
    """Return the state of a live figure, or if it is large only its kind and the file it is in."""
    text = json.dumps(state, separators=(",", ":"))
    if len(text) <= LARGE:
        return state
    name = f"{Path(pagename).name}-{sha256(text.encode()).hexdigest()[:12]}.json"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return {"kind": state["kind"], "file": name}


def named(image):
    """Return the name of an image, as MyST-NB gives it."""
    return f"{sha256(image).hexdigest()}.png"


def with_sizes(body, builder, narrow, live):
    """Give each image of a page its size, or the text jumps when it comes; load it when near.

    `narrow` has the names of images to be shown on phones instead, `live` what a script needs to
    bring images to life.
    """
    sources = {name: source for source, name in builder.images.items()}

    def sized(tag):
        name = re.search(r'src="_images/([^"]+)"', tag[0])
        if not name or " width=" in tag[0]:
            return tag[0]
        width, height = size_of(Path(builder.srcdir) / sources[name[1]])
        about = f'width="{width}" height="{height}" loading="lazy" decoding="async"'
        # The notebook's own size comes as a style, which no style sheet could make narrower.
        rest = re.sub(r' style="width: \d+px; height: \d+px;"', "", tag[1])
        if name[1] in live:
            about += f' data-live="{html.escape(json.dumps(live[name[1]]))}"'
        image = f"<img {about}{rest}>"
        if name[1] not in narrow:
            return image
        path = Path(builder.outdir) / "_images" / narrow[name[1]]
        width, height = size_of(path)
        source = f'media="(max-width: 600px)" srcset="_images/{path.name}"'
        return f'<picture><source {source} width="{width}" height="{height}"/>{image}</picture>'

    return re.sub(r"<img(\s[^>]*)>", sized, body)


def size_of(path):
    """Return width and height of an image on the page, in CSS pixels."""
    if path.suffix == ".svg":
        # Matplotlib writes points; some leave them away.
        sizes = re.findall(r'<svg[^>]*?\b(width|height)="([\d.]+)(pt)?"', path.read_text())
        values = re.search(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"', path.read_text())
        scale = 4 / 3 if any(unit for _, _, unit in sizes) else 1
        return tuple(round(float(value) * scale) for value in values.groups())
    with Image.open(path) as image:
        density = image.info.get("dpi", (96, 96))[0] / 96
        sharp = 2 if density > 1.5 else 1  # drawn for screens with two pixels for each
        return tuple(round(length / sharp) for length in image.size)


# --- heads --------------------------------------------------------------------------------------


def description(doctree):
    """Return the first paragraph of a page, cut after a sentence that leaves it short enough."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(paragraph.astext().split())
            return re.match(r".{1,200}[.?!](?= |$)|.{0,200}", text)[0]
    return ""


def tags(context, summary, config):
    """Return the tags that search engines and messengers read."""
    facts = {
        "og:title": re.sub(r"^\d+\. ", "", re.sub("<[^>]*>", "", context["title"])),
        "og:type": "article",
        "og:site_name": config.html_title,
        "og:description": summary,
    }
    if config.html_baseurl:
        facts["og:url"] = context["pageurl"]
        facts["og:image"] = f"{config.html_baseurl}_static/cover.png"
    lines = [f'<meta name="description" content="{html.escape(summary)}"/>'] if summary else []
    plain = {name: html.escape(re.sub("<[^>]*>", "", fact)) for name, fact in facts.items() if fact}
    lines += [f'<meta property="{name}" content="{fact}"/>' for name, fact in plain.items()]
    return "\n".join(["", *lines, ""])


# --- after the build ----------------------------------------------------------------------------


def finish(site):
    """Write the map of a built site and remove what no page loads."""
    site = Path(site)
    write_icons(site)
    copy_live(site)
    bundle_styles(site)
    name_toggles(site)
    write_map(site)
    keep_only(site / "_static" / "mathjax", MATHJAX)
    for unused in [*site.glob("_static/locales"), *site.glob("_static/**/*.map")]:
        shutil.rmtree(unused) if unused.is_dir() else unused.unlink()


def copy_live(site):
    """Put the scripts of live figures where `live.mjs` finds them; pages without one load none."""
    source, target = ROOT / "ai4mat_ising" / "live", live_folder(site)
    target.mkdir(parents=True, exist_ok=True)
    for file in [*source.glob("*.mjs"), *source.glob("*.css")]:
        shutil.copy(file, target)


def bundle_styles(site):
    """Put the style sheets of a page into one: each request costs a phone time."""
    pattern = re.compile(r'[ \t]*<link rel="stylesheet"[^>]*href="([^"?]*)[^>]*>\n?')
    for page in site.rglob("*.html"):
        text = page.read_text()
        names = [name for name in pattern.findall(text) if "_static/" in name]
        if not names:
            continue
        sheets = [(page.parent / name).resolve() for name in names]
        style = "\n".join(as_part(sheet, site / "_static") for sheet in sheets)
        bundle = site / "_static" / f"book-{sha256(style.encode()).hexdigest()[:12]}.css"
        bundle.write_text(style)
        root = names[0].split("_static/")[0]
        link = f'<link rel="stylesheet" href="{root}_static/{bundle.name}"/>\n'
        first = pattern.search(text).start()
        page.write_text(text[:first] + link + pattern.sub("", text[first:]))


def as_part(sheet, folder):
    """Return a style sheet, and those it imports, whose addresses count from another folder."""
    path = sheet.parent.relative_to(folder.resolve()).as_posix()

    def moved(found):
        if found["import"]:  # browsers read imports only at the beginning of a sheet
            return as_part((sheet.parent / found["import"]).resolve(), folder)
        own = re.match(r"[a-z]+:|/|#", found["url"]) or path == "."
        return found[0] if own else f"url({found['quote']}{path}/{found['url']}"

    pattern = (
        r"@import\s+(?:url\()?[\"'](?P<import>[^\"']+)[\"']\)?\s*;?"
        r"|url\((?P<quote>[\"']?)(?P<url>[^)\"']+)"
    )
    return re.sub(pattern, moved, sheet.read_text())


def name_toggles(site):
    """Say what opens the list of a section's pages; the theme shows only an arrow."""
    for page in site.rglob("*.html"):
        arrow = '<summary{}><span class="toctree-toggle"'
        named = arrow.format(' aria-label="Pages of this section"')
        page.write_text(page.read_text().replace(arrow.format(""), named))


def write_map(site):
    """Write sitemap.xml of the pages that name their address."""
    pattern = re.compile(r'<link rel="canonical" href="([^"]+)"')
    found = [pattern.search(page.read_text()) for page in sorted(site.rglob("*.html"))]
    addresses = [match[1] for match in found if match and not match[1].endswith("/404.html")]
    if addresses:
        urls = "".join(f"<url><loc>{address}</loc></url>\n" for address in addresses)
        head = '<?xml version="1.0" encoding="utf-8"?>\n'
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        (site / "sitemap.xml").write_text(f"{head}<urlset {space}>\n{urls}</urlset>\n")
        (site / "robots.txt").write_text(
            f"User-agent: *\nSitemap: {addresses[0].rsplit('/', 1)[0]}/sitemap.xml\n"
        )


def keep_only(folder, names):
    """Remove all from a folder but these files and folders."""
    keep = [folder / name for name in names]
    for path in folder.rglob("*"):
        if path.is_file() and not any(path == one or one in path.parents for one in keep):
            path.unlink()
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
