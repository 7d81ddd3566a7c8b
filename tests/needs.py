"""What tests need beside Python packages: a browser, a sandbox, the environment of a student.

`make test` sees to them before the tests begin, so that nothing is installed in the middle of one;
for browser and sandbox it runs this file.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

# Milliseconds until a browser gives up: on a busy machine a page may take minutes.
PATIENCE = 600_000
STUDENT = Path(__file__).resolve().parents[1] / ".venv" / "student"


def chromium():
    """Return the path of the system's Chromium; without one, skip the test.

    Playwright's own is a download from another host.
    """
    return _find_chromium() or lacking(
        "there is no chromium or google-chrome: `make test` says why"
    )


def student():
    """Return the folder of the environment into which a student's requirements were installed."""
    if (STUDENT / "installed").exists():
        return STUDENT
    return lacking("there is no environment of a student: run `make .venv/student/installed`")


def sandbox():
    """Skip a test that runs students' code where bubblewrap is missing or may not run."""
    if shutil.which("bwrap") is None:
        lacking("there is no bubblewrap: `make test` says why")
    command = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        lacking(f"bubblewrap can't run here: {done.stderr.strip()}")


def lacking(reason):
    """Skip a test that lacks something; in CI that would hide what the tests are for."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def _find_chromium():
    for name in ["chromium", "google-chrome", "chrome", "chromium-browser"]:
        path = shutil.which(name)
        # Without snapd, Ubuntu's chromium-browser is a script that only says so.
        if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return path
    return None


def _install(package, purpose):
    """Install one of the system's packages where we may; print why not."""
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        print(f"Tests of {purpose} will be skipped: there is no {package}, and no root's apt-get.")
        return
    print(f"installing {package} for the tests of {purpose}")
    for command in ["update", f"install -y --no-install-recommends {package}"]:
        done = subprocess.run(["apt-get", *command.split()], capture_output=True, text=True)
        if done.returncode != 0:
            print(f"apt-get {command} failed: {done.stderr[-500:]}")


if __name__ == "__main__":
    if not _find_chromium():
        _install("chromium", "pages")
    if not shutil.which("bwrap"):
        _install("bubblewrap", "grading")
