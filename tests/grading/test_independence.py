"""The grading package stands beside the course's: neither is loaded by importing the other."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import ai4mat_grading
import pytest

ROOT = Path(__file__).parents[2]
ROOMS = [m.name for m in pkgutil.iter_modules(ai4mat_grading.__path__, "ai4mat_grading.")]


@pytest.mark.slow
def test_no_room_loads_torch_or_the_course():
    code = f"import json, sys, {', '.join(ROOMS)}; print(json.dumps([*sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert "ai4mat_grading" in loaded
    assert loaded.isdisjoint({"torch", "ai4mat_ising", "sklearn", "numba"})


def test_nothing_that_students_get_mentions_it():
    files = [*(ROOT / "ai4mat_ising").rglob("*.py"), *(ROOT / "exercises").rglob("*.ipynb")]
    assert files and [path for path in files if "ai4mat_grading" in path.read_text()] == []
