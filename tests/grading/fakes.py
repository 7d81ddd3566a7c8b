"""What stands in for the grader where its judging does not matter: scores come from the bytes."""

import hashlib
import json
import random
import threading
import time

import nbformat
from ai4mat_grading.records import Verdict
from nbformat.v4 import new_notebook


class FakeGrader:
    """Gives all points to functions that hold "2 *", else some that depend on the bytes."""

    pause = 0.0

    def __init__(self, limits, preload, opening, folder=None, *, tested=(), confined=True):
        self.warnings = [] if confined else ["Student code ran without a sandbox"]
        self.running = threading.Event()

    def __enter__(self):
        self.running.set()
        return self

    def __exit__(self, *error):
        self.running.clear()

    def grade(self, raw, plan, points_only=False):
        """A verdict that is the same for the same bytes."""
        assert self.running.is_set()
        time.sleep(random.random() * self.pause)
        try:
            cells = json.loads(raw)["cells"]
        except (ValueError, KeyError):
            cells = None
        answer = next(("".join(c["source"]) for c in cells or [] if c["id"] == "double"), "")
        graded = [cell for cell in plan.cells if cell.grade]
        scores = {cell.name: self._score(cell, answer) for cell in graded}
        lost = [cell.name for cell in graded if scores[cell.name] not in (None, cell.points)]
        return Verdict(
            notebook=nbformat.writes(
                new_notebook(metadata={"judged": hashlib.md5(raw).hexdigest()})
            ),
            scores=scores,
            comments={c.name: None if answer else "No response." for c in plan.cells if c.solution},
            notes=["a locked cell was edited"] if "edited" in answer else [],
            messages=dict.fromkeys(lost, "double is wrong"),
            attention=cells is None,
            seconds=dict.fromkeys(scores, random.random()),
            cpu=random.random(),
        )

    def _score(self, cell, answer):
        if cell.solution:
            return None
        if "2 *" in answer:
            return cell.points
        share = hashlib.md5(answer.encode()).digest()[0] / 256
        return round(share * cell.points, 3) if "return" in answer else 0.0


class SlowGrader(FakeGrader):
    """Takes some time, as a grader does."""

    pause = 0.1
