"""JupyterLab with formgrader, started in a course folder."""

import contextlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ai4mat_grading.stock import environment


@contextlib.contextmanager
def started(course):
    """Start JupyterLab in a course folder that has a folder ``home``; yield its address."""
    variables = environment(course / "home")
    options = ["--no-browser", "--allow-root", "--ip=127.0.0.1"]  # it looks for a free port
    with open(course / "lab.log", "w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, cwd=course, env=variables, stdout=log, stderr=log)
    try:
        found = _said_by(server, Path(variables["JUPYTER_RUNTIME_DIR"]), course / "lab.log")
        yield f"{found['url']}lab?token={found['token']}"
    finally:
        server.terminate()
        server.wait()


def _said_by(server, folder, log):
    """What a server says of itself once it listens; fail with the log if it stops."""
    file = folder / f"jpserver-{server.pid}.json"
    while server.poll() is None:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(file.read_text())
        time.sleep(0.1)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-3000:]}")


def open_formgrader(page, address):
    """Open formgrader by JupyterLab's menu; return its frame."""
    page.goto(address)
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name="Formgrader").click()
    return page.frame_locator("iframe[src*=formgrader]")
