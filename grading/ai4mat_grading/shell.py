"""Runs notebook cells as Jupyter would and keeps what they put out; both sides of the border do.

One shell is made for a process and used by all that are forked from it: making it takes longer
than many a cell.
"""

import base64
import builtins
import io
import json
import sys
import traceback
from typing import Any

import matplotlib.pyplot as plt
import matplotlib_inline.backend_inline as inline
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from traitlets.config import Config

Output = dict[str, Any]  # as nbformat has it
BACKEND = "module://matplotlib_inline.backend_inline"
# Outputs of one cell; pictures may be so many times as large as text.
MOST_OUTPUTS, PICTURES = 500, 20


class Recorder:
    """Outputs of one cell, cut where they become too large.

    Parameters
    ----------
    most : int
        Characters of text that are kept.
    """

    def __init__(self, most: int = 200_000):
        self.outputs: list[Output] = []
        self._text, self._bytes, self._full = most, PICTURES * most, False

    def add(self, output: Output) -> None:
        """Keep an output while there is room."""
        size = len(json.dumps(output, default=str))
        if self._has_room(size <= self._bytes):
            self._bytes -= size
            self.outputs.append(output)

    def write(self, name: str, text: str) -> None:
        """Keep text that was written to stdout or stderr while there is room."""
        if self._full or not text:
            return
        last = self.outputs[-1] if self.outputs else {}
        if last.get("name") != name:
            self.add({"output_type": "stream", "name": name, "text": ""})
        if not self._full:
            self.outputs[-1]["text"] += text[: self._text]
            self._has_room(len(text) <= self._text)
            self._text -= len(text)

    def clear(self) -> None:
        """Forget everything but errors, as ``clear_output`` does."""
        self.outputs = [o for o in self.outputs if o["output_type"] == "error"]

    def _has_room(self, fits: bool) -> bool:
        if not self._full and not (fits and len(self.outputs) < MOST_OUTPUTS):
            self._full = True
            text = "\n[further output was cut]\n"
            self.outputs.append({"output_type": "stream", "name": "stdout", "text": text})
        return not self._full


class Stream(io.TextIOBase):
    """What stdout or stderr is while a cell runs."""

    encoding = "utf-8"

    def __init__(self, recorder: Recorder, name: str):
        self._recorder, self._name = recorder, name

    def write(self, text: str) -> int:
        """Keep text."""
        if not isinstance(text, str):
            raise TypeError(f"write() takes a str, got {type(text).__name__}")
        self._recorder.write(self._name, text)
        return len(text)

    def writable(self) -> bool:
        """Say that one can write to it."""
        return True


class Shell(InteractiveShell):
    """IPython's shell with outputs that are kept, and no history, terminal or input."""

    recorder = Recorder()

    def _showtraceback(self, etype, evalue, stb):
        lines = [str(line) for line in stb]
        name = getattr(etype, "__name__", "Error")
        output = {"output_type": "error", "ename": name, "evalue": text_of(evalue)}
        self.recorder.add(output | {"traceback": lines})

    def enable_gui(self, gui=None):
        """Do nothing: there is no event loop."""

    def ask_exit(self):
        """Do nothing: ``exit`` ends no notebook."""


class _Publisher(DisplayPublisher):
    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **others):
        output = {"output_type": "display_data", "data": dict(data), "metadata": {}}
        self.shell.recorder.add(output)

    def clear_output(self, wait=False):
        self.shell.recorder.clear()


class _Hook(DisplayHook):
    def start_displayhook(self):
        self._data = {}

    def write_output_prompt(self):
        pass

    def write_format_data(self, data, metadata=None):
        self._data = dict(data)

    def finish_displayhook(self):
        output = {"output_type": "execute_result", "data": self._data, "metadata": {}}
        self.shell.recorder.add(output | {"execution_count": None})


def make_shell() -> Shell:
    """Make the shell of this process, with figures as Jupyter shows them, or return it."""
    if Shell.initialized():
        return Shell.instance()
    Shell.display_pub_class.default_value, Shell.displayhook_class.default_value = _Publisher, _Hook
    config = Config()
    # A history is kept by a thread, which would not live on in a fork.
    config.HistoryManager.enabled = False
    # The tracebacks of Python: those with context and colours cost 0.2 s each.
    config.InteractiveShell.colors = "nocolor"
    shell = Shell.instance(config=config)
    shell.InteractiveTB.set_mode("Plain")
    builtins.input = _no_input
    activate_matplotlib(BACKEND)
    inline.configure_inline_support(shell, BACKEND)
    # It draws every figure after each cell, which the backend does anyway.
    plt.uninstall_repl_displayhook()
    return shell


def run_cell(shell: Shell, code: str, most: int) -> tuple[BaseException | None, list[Output]]:
    """Run one cell.

    Parameters
    ----------
    shell : Shell
        Of this process.
    code : str
        Source of the cell.
    most : int
        Characters of text that are kept of its output.

    Returns
    -------
    error : BaseException or None
        What ended it, whatever it is.
    outputs : list of dict
        As nbformat has them. An error is among them.
    """
    shell.recorder = recorder = Recorder(most)
    streams = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = Stream(recorder, "stdout"), Stream(recorder, "stderr")
    try:
        result = shell.run_cell(code, store_history=True)
        error = result.error_before_exec or result.error_in_exec
    except BaseException as raised:  # SystemExit of a cell must not end the process
        error = raised
    finally:
        sys.stdout, sys.stderr = streams
    if error is not None and not any(o["output_type"] == "error" for o in recorder.outputs):
        recorder.outputs.append(error_output(error))
    return error, recorder.outputs


def error_output(error: BaseException) -> Output:
    """Make the output of an error that IPython has not shown."""
    lines = traceback.format_exception_only(type(error), error)
    name = type(error).__name__
    return {"output_type": "error", "ename": name, "evalue": text_of(error), "traceback": lines}


def text_of(value: Any) -> str:
    """``str`` of a value that may fail at it."""
    try:
        return str(value)
    except BaseException as error:
        return f"<no text: {type(error).__name__}>"


def _no_input(prompt: object = "") -> str:
    raise RuntimeError("input() has nobody to ask here")


def as_json(outputs: list[Output]) -> list[Output]:
    """Outputs as JSON has them: bytes of pictures in base64, what it cannot hold as text."""
    for output in outputs:
        for kind, data in output.get("data", {}).items():
            if isinstance(data, bytes):
                output["data"][kind] = base64.b64encode(data).decode()
    return json.loads(json.dumps(outputs, default=text_of))
