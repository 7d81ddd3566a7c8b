"""Puts the judge into nbgrader: `nbgrader autograde` and formgrader's button go through it.

In ``nbgrader_config.py``::

    c.Autograde.sanitize_preprocessors = []
    c.Autograde.autograde_preprocessors = [
        "ai4mat_grading.nbgrader_plugin.Judge", "nbgrader.preprocessors.AssignLatePenalties"]

What nbgrader does around it stays nbgrader's: one submission at a time, and a file that is no
notebook is left without a grade.
"""

import atexit
import contextlib
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from .plan import modules, modules_of_tests, plans_of
from .records import Limits, Plan
from .store import write_notebook
from .versions import installed

# The grader that was used last, which takes seconds to start, and what it was made for.
_running = contextlib.ExitStack()
_last: tuple[Any, Any] = (None, None)
atexit.register(_running.close)


class Judge(NbGraderPreprocessor):
    """Judges a notebook, and writes its grades and comments to the gradebook."""

    timeout = Integer(600, help="Seconds that a cell may run.").tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """Return the rebuilt notebook with the outputs of its run."""
        names = resources["nbgrader"]
        # The exporter's parent is nbgrader's converter.
        directory = self.parent.parent.coursedir
        place = directory.format_path(directory.release_directory, ".", names["assignment"])
        with Gradebook(names["db_url"]) as gradebook:
            plans = plans_of(gradebook, names["assignment"], Path(place))
            (plan,) = (plan for plan in plans if plan.notebook == names["notebook"])
            verdict = _grader(plan, self.timeout).grade(nbformat.writes(nb).encode(), plan)
            row = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            write_notebook(row, verdict, verdict.attention)
            gradebook.db.commit()
        for note in verdict.notes:
            self.log.warning("%s: %s", names["student"], note)
        return nbformat.reads(verdict.notebook, as_version=4), resources


def _grader(plan: Plan, timeout: int):
    """A running grader for notebooks of one plan."""
    global _last
    from .grader import Grader

    key = (plan.digest, timeout)
    if _last[0] != key:
        _last = (None, None)
        _running.close()
        sources = [*plan.lesson, *(cell.source for cell in plan.cells if cell.kind == "code")]
        code = new_notebook(cells=[new_code_cell(source) for source in sources])
        grader = Grader(
            Limits(cell=timeout),
            installed(modules([code])),
            plan.opening,
            tested=installed(modules_of_tests([plan])),
        )
        _last = (key, _running.enter_context(grader))
    return _last[1]
