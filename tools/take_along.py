"""Notebooks that readers take along: a Sphinx extension that the book's configuration names.

Each page with code becomes a notebook in the folder ``notebooks`` of the site. It is written from
the resolved page, so numbers stand in its sentences, and from the executed notebook, so its cells
have their outputs. What a page hides, its notebook lacks. The role `take-along` links to it.
"""

import base64
import html
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import nbformat
from ai4mat_grading.release import build_wheel
from book_figures import NARROW
from docutils import nodes
from jupyter_cache import get_cache
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "notebooks"
LIVE = "live"  # the key of a live figure's state in the metadata of its picture
FOR_PAGES = [NARROW, LIVE]  # what phones and live figures need, of which a notebook shows neither
# Where `make serve` shows the book. A script of the page puts the address of the site instead.
DEFAULT_SITE = "http://localhost:8000/"
INSTALL = """\
# Installs the course's package and the versions that made this page, if the package is missing.
try:
    import ai4mat_ising
except ImportError:
    files = "{site}{folder}"
    %pip install --quiet -c {{files}}/constraints.txt "ai4mat-ising @ {{files}}/{wheel}" anywidget\
"""
ORIGIN = """\
---
From [{title}]({page}). Text and figures: \
[CC BY 4.0](https://creativecommons.org/licenses/by/4.0/), code: MIT licence.\
"""


def setup(app):
    """Tell Sphinx what the extension adds."""
    app.add_config_value("site_url", os.environ.get("SITE_URL", ""), "html")
    app.add_config_value("repository", os.environ.get("REPOSITORY", ""), "html")
    app.add_role("take-along", take_along)
    app.add_node(links_to_notebook, html=(visit_links, lambda translator, node: None))
    app.connect("doctree-resolved", write_notebook)
    return {"parallel_read_safe": True}


# --- the links on the page ----------------------------------------------------------------------


class links_to_notebook(nodes.inline, nodes.Element):  # noqa: N801 - as docutils names nodes
    """What the role leaves: the page's name."""


def take_along(name, rawtext, text, lineno, inliner, options=None, content=None):
    """Link to the notebook of a page: {take-along}`autoencoder`."""
    return [links_to_notebook(page=text)], []


def visit_links(translator, node):
    """Write the links of the role into a page."""
    config, page = translator.config, node["page"]
    links = [f'<a class="take-along" download href="{FOLDER}/{page}.ipynb">{page}.ipynb</a>']
    if config.repository:
        links += [
            f'<a class="{name.lower()}" href="{address}">Open in {name}</a>'
            for name, address in services(config.repository, page).items()
        ]
    translator.body.append(", ".join(links))
    raise nodes.SkipNode


def services(repository, page):
    """Return the addresses of services that run a notebook of the branch `notebooks`."""
    return {
        "Colab": f"https://colab.research.google.com/github/{repository}/blob/{FOLDER}/{page}.ipynb",
        "Binder": f"https://mybinder.org/v2/gh/{repository}/{FOLDER}?labpath={page}.ipynb",
    }


# --- from a page to a notebook ------------------------------------------------------------------


def write_notebook(app, doctree, docname):
    """Write the notebook of a page that has code."""
    if app.builder.name != "html" or not has_code(doctree):
        return
    site = site_address(app.config)
    page = urljoin(site, f"{docname}.html")
    cells = Writer(app, docname, page).cells(doctree.deepcopy(), executed(app, docname).cells)
    origin = new_markdown_cell(ORIGIN.format(title=app.config.html_title, page=page))
    notebook = new_notebook(cells=[new_code_cell(install_code(site)), *cells, origin])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"  # a random one would differ after each build
    target = Path(app.outdir) / FOLDER / f"{docname}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target)


def executed(app, docname):
    """Return the notebook of a page with its outputs."""
    build = Path(app.outdir).parent
    notebook = nbformat.read(build / "jupyter_execute" / f"{docname}.ipynb", 4)
    try:  # it lacks the outputs where they were there before the build
        return get_cache(build / ".jupyter_cache").merge_match_into_notebook(notebook)[1]
    except KeyError:  # a cell failed, and so does the build
        return notebook


def site_address(config):
    """Return the address of the site with a slash at its end."""
    return config.site_url.rstrip("/") + "/" if config.site_url else DEFAULT_SITE


def install_code(site):
    """Return the code of the first cell."""
    return INSTALL.format(site=site, folder=FOLDER, wheel=wheel_name())


def wheel_name():
    """Return the name of the wheel that the build puts beside the notebooks."""
    project = (ROOT / "pyproject.toml").read_text()
    version = re.search(r'(?m)^version = "(.+)"$', project)[1]
    return f"ai4mat_ising-{version}-py3-none-any.whl"


def add_package(folder):
    """Put into the folder of the notebooks what their first cells install."""
    folder.mkdir(exist_ok=True)  # a book without code has none
    for old in folder.glob("*.whl"):
        old.unlink()
    build_wheel(folder)
    shutil.copy(ROOT / "constraints.txt", folder)
    # Binder installs this when it opens the folder as a repository.
    (folder / "requirements.txt").write_text(f"-c constraints.txt\n./{wheel_name()}[student]\n")


def has_code(doctree):
    """Whether a page has code cells, and so a notebook."""
    return any(doctree.findall(is_code_cell))


def is_code_cell(node):
    """Whether a node of a page is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


class Writer:
    """Writes a resolved page as cells of a notebook, its text as Markdown that JupyterLab reads.

    Methods are named by the nodes that they write, and return Markdown.
    """

    def __init__(self, app, docname, address):
        self.app, self.docname, self.address = app, docname, address
        self.numbers = app.env.toc_fignumbers.get(docname, {})
        self.attachments = {}
        self.level = 0

    # -- cells

    def cells(self, doctree, executed):
        """Return the cells of the page; `executed` are those of the executed notebook."""
        self.executed, self.done, self.text = executed, [], []
        self.walk(doctree)
        self.close()
        return self.done

    def walk(self, node):
        """Go through sections; what stands in one is text or a code cell."""
        for child in node.children:
            if isinstance(child, nodes.section):
                self.close()
                self.level += 1
                self.walk(child)
                self.level -= 1
            elif is_code_cell(child):
                self.close()
                self.code(child)
            elif text := self.block(child):
                self.text.append(text)

    def close(self):
        """Put the text so far into a cell."""
        if self.text:
            cell = new_markdown_cell("\n\n".join(self.text))
            if self.attachments:
                cell["attachments"] = self.attachments
            self.done.append(cell)
        self.text, self.attachments = [], {}

    def code(self, node):
        """Add a code cell with its outputs, and the caption of its figure."""
        ran = self.executed[node["cell_index"]]
        outputs = [output for output in ran.outputs if not is_glue(output)]
        for output in outputs:
            for key in FOR_PAGES:
                output.get("metadata", {}).get("image/png", {}).pop(key, None)
        cell = new_code_cell(ran.source, outputs=outputs, execution_count=ran.execution_count)
        if node.get("hide_mode") in {"input", "all"}:
            cell.metadata["jupyter"] = {"source_hidden": True}
        self.done.append(cell)
        self.text += [self.figure_caption(figure) for figure in node.findall(nodes.figure)]

    # -- blocks

    def block(self, node):
        """Write a node that stands on lines of its own."""
        write = getattr(self, node.__class__.__name__, None)
        if write:
            return write(node)
        if isinstance(node, nodes.Inline | nodes.Text | nodes.TextElement):
            return self.inline(node)
        return self.blocks(node)

    def blocks(self, node):
        """Write the blocks in a node."""
        return "\n\n".join(filter(None, map(self.block, node.children)))

    def paragraph(self, node):
        if any(node.findall(links_to_notebook)):  # the reader has it
            return ""
        return self.inline(node).strip()

    def title(self, node):
        return f"{'#' * max(self.level, 1)} {self.inline(node)}"

    rubric = title

    def bullet_list(self, node):
        return self.items(node, ["-"] * len(node))

    def enumerated_list(self, node):
        first = node.get("start", 1)
        return self.items(node, [f"{first + i}." for i in range(len(node))])

    def items(self, node, marks):
        texts = [indent(self.blocks(item), mark) for mark, item in zip(marks, node)]
        return ("\n\n" if any("\n\n" in text for text in texts) else "\n").join(texts)

    def definition_list(self, node):
        items = []
        for item in node:
            terms = ", ".join(self.inline(term) for term in item.findall(nodes.term))
            (meaning,) = item.findall(nodes.definition)
            items.append(indent(f"**{terms}**: {self.blocks(meaning)}", "-"))
        return "\n".join(items)

    def block_quote(self, node):
        return quote(self.blocks(node))

    def Admonition(self, node):  # noqa: N802 - docutils' name of the class
        title, body = self.titled(node)
        if "dropdown" in node.get("classes", []) or "toggle" in node.get("classes", []):
            return folded(title, body)
        return quote(f"**{title}**\n\n{body}")

    def titled(self, node):
        """Return the title of an admonition and what it says."""
        title = node.__class__.__name__.capitalize()
        if isinstance(node[0], nodes.title):
            title = self.inline(node[0])
        body = [self.block(child) for child in node if not isinstance(child, nodes.title)]
        return title, "\n\n".join(filter(None, body))

    admonition = note = tip = warning = important = hint = caution = seealso = Admonition

    def exercise_enumerable_node(self, node):
        """Write an exercise with the number that the page gives it and its name in parentheses."""
        name, body = self.titled(node)
        return quote(f"**Exercise {self.number('exercise', node)}{name}**\n\n{body}")

    def question(self, node):
        """Write a question with its choices and the folded answer."""
        asked = self.inline(node[0])
        choices = [f"- {self.inline(choice)}" for choice in node[1:-1]]
        reasons = [self.blocks(reason) for reason in node[-1] if reason["right"]]
        return "\n\n".join([f"**{asked}**", "\n".join(choices), folded("Answer", *reasons)])

    def literal_block(self, node):
        language = node.get("language", "").replace("ipython3", "python")
        return f"```{language}\n{node.astext().rstrip()}\n```"

    def math_block(self, node):
        text = node.astext().strip()
        if text.startswith("\\begin{align"):  # an environment of its own
            return text
        if "\\\\" in text and "\\begin" not in text:
            text = f"\\begin{{gathered}}{text}\\end{{gathered}}"
        if number := self.number("displaymath", node):
            text += f" \\tag{{{number}}}"
        return f"$$\n{text}\n$$"

    def number(self, kind, node):
        """Return the number that the page gives a figure or an equation, or an empty text."""
        numbers = (self.numbers.get(kind, {}).get(name) for name in node["ids"])
        return next((".".join(map(str, number)) for number in numbers if number), "")

    def table(self, node):
        for math in node.findall(nodes.math):  # a bar would end the cell
            math[:] = [nodes.Text(math.astext().replace("|", r"\vert "))]
        rows = [[self.table_entry(entry) for entry in row] for row in node.findall(nodes.row)]
        rows.insert(1, ["---"] * len(rows[0]))
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def table_entry(self, entry):
        return " ".join(self.blocks(entry).split()).replace("|", "\\|")

    def figure(self, node):
        images = [self.block(image) for image in node.findall(nodes.image)]
        return "\n\n".join([*images, self.figure_caption(node)])

    def figure_caption(self, figure):
        text = [self.inline(caption) for caption in figure.findall(nodes.caption)]
        text += [self.blocks(legend) for legend in figure.findall(nodes.legend)]
        number = self.number("figure", figure)
        return " ".join(([f"**Fig. {number}.**"] if number else []) + text)

    def image(self, node):
        path = Path(self.app.srcdir) / node["uri"]
        if not path.is_file():
            return node.get("alt", "")
        kind = {".png": "image/png", ".svg": "image/svg+xml"}[path.suffix]
        self.attachments[path.name] = {kind: base64.b64encode(path.read_bytes()).decode()}
        return f"![{node.get('alt', '')}](attachment:{path.name})"

    def ignored(self, node):
        return ""

    comment = index = target = substitution_definition = raw = meta = pending = ignored
    links_to_notebook = ignored

    # -- what stands in a line

    def inline(self, node):
        """Write a node that stands in a line."""
        if isinstance(node, nodes.Text):
            return escaped(str(node))
        if isinstance(node, nodes.literal):
            return f"`{node.astext()}`"
        if isinstance(node, nodes.math):
            return f"${node.astext()}$"
        if isinstance(node, nodes.image):
            return self.image(node)
        if isinstance(node, nodes.Invisible | nodes.raw | links_to_notebook):
            return ""
        text = "".join(self.inline(child) for child in node.children)
        if isinstance(node, nodes.emphasis):
            return f"*{text}*"
        if isinstance(node, nodes.strong):
            return f"**{text}**"
        if isinstance(node, nodes.reference):
            return self.link(node, text)
        return text

    def link(self, node, text):
        """Write a link to another page; in the same one a notebook has no anchors."""
        target = node.get("refuri", "")
        if not target or urlsplit(target)[:3] in {("", "", ""), ("", "", f"{self.docname}.html")}:
            return text
        return f"[{text}]({urljoin(self.address, target)})"


def is_glue(output):
    """Whether an output sets a number in the text."""
    return any(kind.startswith("application/papermill") for kind in output.get("data", {}))


def escaped(text):
    """Return text without what Markdown would read as its own."""
    text = re.sub(r"([\\`*\[\]<$])", r"\\\1", text)
    return re.sub(r"(?<!\w)_|_(?!\w)", r"\\_", text)


def indent(text, mark):
    """Return an item of a list."""
    return f"{mark} " + text.replace("\n", "\n" + " " * (len(mark) + 1)).replace("\n   \n", "\n\n")


def quote(text):
    """Return text as a quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def folded(title, text):
    """Return text that shows when a reader opens it."""
    return f"<details><summary>{html.escape(title)}</summary>\n\n{text}\n\n</details>"
