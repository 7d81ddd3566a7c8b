"""Outputs of cells as nbformat has them, of whatever a student's process has sent."""

import re

from nbformat import NotebookNode
from nbformat.v4 import new_output

from .shell import MOST_OUTPUTS
from .wire import clean

# What is kept of rich outputs: nothing that could act as its reader, as HTML and LaTeX can.
SHOWN = {"text/plain", "image/png", "image/jpeg"}
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# Characters of an error's name, message, and each of so many lines of its traceback.
MOST_OF_ERROR, MOST_LINES = 4000, 100


def shown(outputs: list, most: float = float("inf")) -> tuple[list[NotebookNode], int]:
    """Make outputs of what JSON can hold; what is none is left out.

    Parameters
    ----------
    outputs : list
        What has come.
    most : float
        Characters that are kept.

    Returns
    -------
    outputs : list of NotebookNode
    size : int
        Characters of these.
    """
    kept: list[NotebookNode] = []
    size = 0
    for output in outputs[: MOST_OUTPUTS + 2]:
        if isinstance(output, dict) and (one := _shown(output)):
            more = len(str(one))
            if size + more <= most:
                kept.append(one)
                size += more
    return kept, size


def _shown(output: dict) -> NotebookNode | None:
    kind = output.get("output_type")
    if kind == "stream":
        name = "stderr" if output.get("name") == "stderr" else "stdout"
        return new_output("stream", name=name, text=_text(output.get("text")))
    if kind == "error":
        lines = output.get("traceback")
        lines = lines[:MOST_LINES] if type(lines) is list else []
        name, text, *lines = (
            _text(part)[:MOST_OF_ERROR]
            for part in (output.get("ename"), output.get("evalue"), *lines)
        )
        return new_output("error", ename=name, evalue=text, traceback=lines)
    if kind in ("display_data", "execute_result") and type(output.get("data")) is dict:
        data = {key: _text(value) for key, value in output["data"].items() if key in SHOWN}
        # Pages put pictures between quotation marks as they are.
        wrong = {k for k in data if k.startswith("image/") and not _BASE64.fullmatch(data[k])}
        return new_output(kind, {k: v for k, v in data.items() if k not in wrong})
    return None


def _text(value: object) -> str:
    return clean(value) if isinstance(value, str) else ""
