"""The notebooks that readers take along: complete, readable in JupyterLab, and they run."""

import ast
import base64
import builtins
import json
import os
import re
import subprocess
import sys
import sysconfig
from contextlib import closing
from pathlib import Path

import build_book
import nbformat
import pytest
import take_along
from bs4 import BeautifulSoup
from docutils import nodes
from jupyter_cache import get_cache
from jupyter_cache.readers import get_reader

BOOK = Path(__file__).resolve().parents[2] / "book"
WITH_CODE = sorted(
    path.stem for path in BOOK.glob("*.md") if "{code-cell}" in path.read_text("utf8")
)

# --- what a notebook must not contain -----------------------------------------------------------

LEFT = {
    r"\{[a-z][a-z:-]*\}`": "a role",
    r"(?m)^\s*(```+|:::+)\s*\{": "a directive",
    r"(?m)^\(\S+\)=$": "a target",
    r"(?m)^\s*:[a-z]+:": "an option of a directive",
    r"(?m)^%": "a comment of MyST",
}


def left_over(markdown):
    """Find what JupyterLab would show as it is written in the source of the page."""
    text = re.sub(r"(?ms)^(```+)[a-z]*\n.*?^\1$", "", markdown)
    text = re.sub(r"(?<![`}])`[^`\n]+`(?!`)", "", text)
    return [what for pattern, what in LEFT.items() if re.search(pattern, text)]


def hidden_needs(cells):
    """Find names that shown cells use as a cell left them that the page hides.

    `cells` are pairs of code and whether it is hidden.
    """
    writers, faults = {name: False for name in dir(builtins)}, []
    for code, hidden in cells:
        for statement in ast.parse(code).body:
            loaded, stored = names_of(statement)
            faults += [name for name in loaded if not hidden and writers.get(name, True)]
            writers |= dict.fromkeys(stored, hidden)
    return faults


def names_of(statement):
    """Return the names that a statement reads when it runs, and those that it sets."""
    inner = (ast.FunctionDef, ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
    own, loaded, stored = set(), set(), set()
    for node in ast.walk(statement):
        if isinstance(node, inner):
            own |= {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and not is_read(n)}
            own |= {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            (loaded if is_read(node) else stored).add(node.id)
        elif isinstance(node, ast.alias):
            stored.add((node.asname or node.name).split(".")[0])
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return set(), {statement.name}  # its body runs later
    loops = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not is_read(n)}
    return loaded - own - loops, stored


def is_read(name):
    return isinstance(name.ctx, ast.Load)


# --- the notebooks of the site ------------------------------------------------------------------


@pytest.fixture(scope="session")
def notebook(site):
    """A function that reads the notebook of a page, which must link to it."""

    def read(name):
        page = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
        (link,) = page.select("a.take-along")
        assert link["href"] == f"notebooks/{name}.ipynb"
        return nbformat.read(site / link["href"], 4)

    return read


def text_of(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_notebook_is_valid_and_nothing_in_it_is_left_unrendered(notebook, name):
    nbformat.validate(notebook(name))
    faults = left_over(text_of(notebook(name)))
    assert not faults, faults


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_notebook_has_all_that_the_page_shows_and_nothing_that_it_hides(notebook, name):
    source = get_reader(build_book.READER)(str(BOOK / f"{name}.md"))
    code = [cell for cell in source.cells if cell.cell_type == "code"]
    shown = [cell.source for cell in code if "remove-cell" not in cell.metadata.get("tags", [])]
    cells = [cell for cell in notebook(name).cells if cell.cell_type == "code"]
    assert [cell.source for cell in cells[1:]] == shown
    executed = get_cache(build_book.CACHE).match_cache_notebook(source)
    ran = get_cache(build_book.CACHE).get_cache_bundle(executed.pk).nb
    images = [output.data["image/png"] for output in pictures(ran.cells)]
    assert [output.data["image/png"] for output in pictures(cells)] == images


@pytest.mark.parametrize("name", ["ising_model", "autoencoder", "notebook20"])
def test_a_notebook_does_not_carry_what_only_pages_show(notebook, name):
    outputs = [output for cell in notebook(name).cells for output in cell.get("outputs", [])]
    kept = {key for one in outputs for key in one.get("metadata", {}).get("image/png", {})}
    assert kept == {"width", "height"}


def pictures(cells):
    return [
        output
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]


@pytest.mark.parametrize("name", WITH_CODE)
def test_the_numbers_of_the_page_stand_in_the_notebook(site, notebook, name):
    """Every number that the page glues into its text stands in the notebook as often."""
    page = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
    text = text_of(notebook(name))
    for element in page.select("article .pasted-text"):
        assert take_along.escaped(element.get_text()) in text


@pytest.mark.parametrize("name", WITH_CODE)
def test_the_exercises_of_the_page_have_their_numbers_in_the_notebook(site, notebook, name):
    page = BeautifulSoup((site / f"{name}.html").read_text(), "html.parser")
    titles = page.select(".exercise .admonition-title")
    text = text_of(notebook(name))
    assert len(titles) == (BOOK / f"{name}.md").read_text().count(":::{exercise}")
    for title in titles:
        number = title.get_text().partition("(")[0].strip()
        assert re.fullmatch(r"Exercise \d+\.\d+", number) and f"**{number} (" in text


@pytest.mark.parametrize("name", WITH_CODE)
def test_what_a_page_shows_needs_nothing_that_it_hides(name):
    source = get_reader(build_book.READER)(str(BOOK / f"{name}.md"))
    cells = [cell for cell in source.cells if cell.cell_type == "code"]
    hidden = ["remove-cell" in cell.metadata.get("tags", []) for cell in cells]
    assert hidden_needs(zip([cell.source for cell in cells], hidden)) == []


def test_the_included_classes_stand_in_full(notebook):
    for name, class_ in {"autoencoder": "ConvAutoencoder", "notebook20": "VAE"}.items():
        text = str(notebook(name))
        assert f"class {class_}(nn.Module):" in text and "def decode(self, z" in text


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory):
    """The Python of a machine that has all libraries of this one, and the package not."""
    folder = tmp_path_factory.mktemp("elsewhere") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # The libraries, but not the hook of an editable installation, which is a .pth file of theirs.
    (packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"])
    return folder / "bin" / "python"


@pytest.mark.slow
def test_a_download_runs_in_an_empty_folder(new_page, site, serve, elsewhere, tmp_path):
    """From a click on the page to the outputs; the package comes from the site."""
    address = serve(site)
    with closing(new_page(accept_downloads=True)) as page:
        page.goto(f"{address}ising_model.html")
        with page.expect_download() as download:
            page.click("a.take-along")
        download.value.save_as(tmp_path / "ising_model.ipynb")
    assert download.value.suggested_filename == "ising_model.ipynb"
    done = execute(tmp_path, elsewhere)
    assert done.returncode == 0, done.stderr[-3000:]
    before = nbformat.read(tmp_path / "ising_model.ipynb", 4)
    after = nbformat.read(tmp_path / "done.ipynb", 4)
    assert address in before.cells[0].source and take_along.DEFAULT_SITE not in str(before)
    assert [c.source for c in before.cells] == [c.source for c in after.cells]
    assert printed(after) == printed(before)
    code = "import ai4mat_ising; print(ai4mat_ising.__file__)"
    where = subprocess.run([elsewhere, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert Path(where.stdout.strip()).is_relative_to(elsewhere.parents[1])


def execute(folder, python):
    """Execute the one notebook of a folder with a Python that has no network."""
    kernel = folder / "kernels" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "Python 3"}))
    # pip takes the package from the site, and finds all else of the exact versions here.
    environment = os.environ | {"JUPYTER_PATH": str(folder / "kernels"), "PIP_NO_INDEX": "1"}
    environment.pop("PYTHONPATH", None)  # which may lead to the package of this repository
    command = [Path(sys.executable).with_name("jupyter-execute"), "--output", "done"]
    return subprocess.run(
        [*command, "ising_model.ipynb"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


def printed(notebook):
    """Return what the cells after the first one have printed."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"][1:]
    return [output.text for cell in cells for output in cell.outputs if "text" in output]


# --- buttons ------------------------------------------------------------------------------------


def links(repository):
    """Return the addresses that the role writes."""
    translator = type("Translator", (), {})()
    translator.config = type("Config", (), {"repository": repository})()
    translator.body = []
    with pytest.raises(nodes.SkipNode):
        take_along.visit_links(translator, take_along.links_to_notebook(page="autoencoder"))
    soup = BeautifulSoup("".join(translator.body), "html.parser")
    return [link["href"] for link in soup.select("a")]


def test_services_are_named_when_the_repository_is_known_and_only_then():
    assert links("") == ["notebooks/autoencoder.ipynb"]
    assert links("someone/course")[1:] == [
        "https://colab.research.google.com/github/someone/course/blob/notebooks/autoencoder.ipynb",
        "https://mybinder.org/v2/gh/someone/course/notebooks?labpath=autoencoder.ipynb",
    ]


def test_the_address_of_the_site_stands_in_the_first_cell():
    config = type("Config", (), {"site_url": "https://example.org/course"})()
    code = take_along.install_code(take_along.site_address(config))
    assert 'files = "https://example.org/course/notebooks"' in code


# --- the checks find what they are for ----------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "The value is {glue:text}`tc`.",
        "```{note}\nx\n```",
        "::::{grid}\n",
        "(a-target)=",
        ":class: dropdown",
        "% a comment",
    ],
)
def test_what_is_left_over_is_found(text):
    assert len(left_over(text)) == 1


def test_code_and_mathematics_are_not_left_over():
    assert left_over("$\\mathrm{x}$ and `{x}`, ${a}$.\n\n```python\n:x: {y}`\n```") == []


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        ([("x = 1", True), ("print(x)", False)], ["x"]),
        ([("x = 1", False), ("x = 2", True), ("print(x)", False)], ["x"]),
        ([("x = 1", True), ("x = 2\nprint(x)", False)], []),
        ([("x = 1", False), ("print(x)", True)], []),
        ([("x = 1", True), ("def f(x):\n    return x\n[x for x in range(3)]", False)], []),
    ],
)
def test_a_need_of_what_is_hidden_is_found(cells, needed):
    assert hidden_needs(cells) == needed


def as_markdown(*children):
    """Write nodes as the text of a notebook."""
    env = type("Env", (), {"toc_fignumbers": {}})()
    app = type("App", (), {"env": env, "srcdir": BOOK})()
    writer = take_along.Writer(app, "page", "https://example.org/page.html")
    return writer.cells(nodes.Element("", *children), [])[0]


def test_nodes_become_markdown():
    text = nodes.Text("3 * 4 $ [x] _y_ a_b")
    assert as_markdown(nodes.paragraph("", "", text)).source == (r"3 \* 4 \$ \[x\] \_y\_ a_b")
    link = nodes.reference("", "there", refuri="other.html#part")
    assert as_markdown(nodes.paragraph("", "", link)).source == (
        "[there](https://example.org/other.html#part)"
    )
    note = nodes.note("", nodes.paragraph("", "mind"))
    assert as_markdown(note).source == "> **Note**\n>\n> mind"
    answer = nodes.admonition("", nodes.title("", "A"), nodes.paragraph("", "b"))
    answer["classes"] = ["dropdown"]
    assert as_markdown(answer).source == ("<details><summary>A</summary>\n\nb\n\n</details>")


def test_a_still_picture_travels_with_the_notebook():
    cell = as_markdown(nodes.figure("", nodes.image("", uri="_static/cover.png", alt="A cover.")))
    picture = base64.b64decode(cell.attachments["cover.png"]["image/png"])
    assert picture == (BOOK / "_static" / "cover.png").read_bytes()
    assert cell.source.startswith("![A cover.](attachment:cover.png)")
