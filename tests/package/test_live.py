"""Live figures: what travels with the picture, and the simulation in JavaScript."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from IPython.core.interactiveshell import InteractiveShell

from ai4mat_ising import exact
from ai4mat_ising.live import Live

TESTS = Path(__file__).parents[1] / "live"


@pytest.fixture
def picture():
    figure = plt.figure(figsize=(1, 1))
    yield figure
    plt.close(figure)


def test_the_state_travels_with_the_picture(picture):
    shell = InteractiveShell.instance()
    try:
        live = Live(picture, size=32, temperature=2, algorithm="wolff")
        data, metadata = shell.display_formatter.format(live)
    finally:
        InteractiveShell.clear_instance()
    assert "text/plain" in data
    state = json.loads(json.dumps(metadata["image/png"]["live"]))
    assert (state["size"], state["temperature"], state["algorithm"]) == (32, 2.0, "wolff")
    assert state["e"] == pytest.approx(exact.energy(state["T"]), abs=1e-4)
    assert state["m"] == pytest.approx(exact.spontaneous_magnetization(state["T"]), abs=1e-4)


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 100}, r"size must be one of \(32, 64, 128, 256\), got 100"),
        ({"size": "64"}, "size must be an integer"),
        ({"temperature": 0.5}, "temperature must be between 1 and 4, got 0.5"),
        ({"algorithm": "heat bath"}, "algorithm must be one of .*, got 'heat bath'"),
    ],
)
def test_what_cannot_be_shown_is_refused(picture, arguments, message):
    with pytest.raises(ValueError, match=message):
        Live(picture, **arguments)


@pytest.mark.slow
def test_the_simulation_has_boltzmanns_means():
    """All of `tests/live`, which Node.js runs."""
    node = shutil.which("node")
    if node is None:
        assert os.environ.get("CI") != "true", "the tests of live figures need Node.js: install it"
        pytest.skip("Node.js is not installed")
    files = sorted(TESTS.glob("*.test.mjs"))
    done = subprocess.run([node, "--test", *files], capture_output=True, text=True)
    assert files and done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
