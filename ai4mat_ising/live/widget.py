"""Live figures in a notebook: anywidget shows there what a page of the book shows."""

import re
from pathlib import Path

SCRIPTS = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w.]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ", re.MULTILINE)


def script_of(kind):
    """Return the script of a kind of live figure with all that it imports, as one ES module.

    A widget takes one file.

    Parameters
    ----------
    kind : {"ising", "race", "threshold", "autoencoder", "vae", "map", "draws"}

    Returns
    -------
    str
        A module whose default export has the method `render` that anywidget calls.
    """
    name = f"{kind}_figure.mjs"
    parts = {}
    _collect(name, parts)
    (render,) = re.findall(r"^export function (render\w+)", (SCRIPTS / name).read_text(), re.M)
    parts["entry"] = (
        "export default {\n"
        "  render({ model, el }) {\n"
        '    el.classList.add("live");\n'
        f'    {render}(el, model.get("state"));\n'
        "  },\n"
        "};\n"
    )
    return "".join(parts.values())


def _collect(name, parts):
    """Put the texts of a script and of those that it imports into a dict, these first."""
    text = (SCRIPTS / name).read_text()
    for imported in IMPORT.findall(text):
        if imported not in parts:
            _collect(imported, parts)
    parts[name] = EXPORT.sub("", IMPORT.sub("", text))


def widget_of(kind, state):
    """Return a widget that shows a live figure, or None where anywidget is not installed.

    Parameters
    ----------
    kind : {"ising", "race", "threshold", "autoencoder", "vae", "map", "draws"}
    state : dict
        What the script of the figure needs; it can be written as JSON.

    Returns
    -------
    anywidget.AnyWidget or None
        The extra `student` of the package installs anywidget.
    """
    try:
        from anywidget import AnyWidget
    except ImportError:
        return None
    from traitlets import Dict

    class LiveWidget(AnyWidget):
        """A live figure; one class for each, as the script is a trait of the class."""

        _esm = script_of(kind)
        _css = (SCRIPTS / "live.css").read_text()
        state = Dict().tag(sync=True)

    return LiveWidget(state=state)
