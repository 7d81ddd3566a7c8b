"""Where the processes of one submission live, and what limits them together."""

import contextlib
import time
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode

from .failures import STUDENT, Broken
from .records import Limits
from .sandbox import ControlGroup
from .student import Container, Process

# Seconds that a new process may take until it answers.
PATIENCE = 120


@dataclass(frozen=True)
class Setting:
    """Where a submission is judged.

    Attributes
    ----------
    plain, opened : str
        Paths of the zygote's sockets.
    confined : bool
        Whether that is in the sandbox.
    folder : str
        An empty one for this submission alone.
    group : str
        A new name for its control group.
    """

    plain: str
    opened: str
    confined: bool
    folder: str
    group: str


class Home:
    """Where the processes of a submission live.

    Parameters
    ----------
    setting : Setting
        Where that is.
    limits : Limits
        Of all processes together.
    opening : list of NotebookNode
        Cells of the submission that may have run before, for everyone.

    Attributes
    ----------
    opened : list of NotebookNode
        Cells that have run before.
    """

    def __init__(self, setting: Setting, limits: Limits, opening: list[NotebookNode]):
        self.opened, self._setting, self._limits = opening, setting, limits
        self._folder = Path("/tmp/work" if setting.confined else f"{setting.folder}/student")
        self._living = contextlib.ExitStack()

    def __enter__(self) -> "Home":
        if not self._setting.confined:
            self._folder.mkdir()
        return self

    def __exit__(self, *error: object) -> None:
        self._living.close()

    def begin(self) -> tuple[Process, Process]:
        """Start a student's process, and make a copy of it; those that were there before end.

        Raises
        ------
        Broken
            If one of them ends, as none of the student's code has run.
        """
        self._living.close()
        # Those that end may still count for a while, so the group is a new one, too.
        group = ControlGroup(self._setting.group, self._limits)
        self._living.callback(group.remove)
        container = self._new()
        self._living.callback(container.end)
        process = container.begin(watched=not group.add(container.pid))
        process.deadline = time.monotonic() + PATIENCE
        try:
            return process, process.fork()
        except STUDENT as error:
            raise Broken(f"the sandbox has lost a new process: {error}") from None

    def _new(self) -> Container:
        arguments = self._limits, self._setting.confined, str(self._folder)
        if self.opened:
            with contextlib.suppress(Broken):  # where the opening does not run for everyone
                return Container(self._setting.opened, *arguments)
        self.opened = []
        return Container(self._setting.plain, *arguments)
