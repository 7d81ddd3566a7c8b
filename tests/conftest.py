"""The browser that tests of the book and of the assignments share."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium of the system: Playwright's own is a download from another host."""
    # Tests of the book and of the assignments run side by side; only one of them may install.
    with FileLock(Path(tempfile.gettempdir()) / "ai4mat-ising-chromium.lock"):
        path = _chromium() or _install_chromium()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


def _chromium():
    for name in ["chromium", "google-chrome", "chrome", "chromium-browser"]:
        path = shutil.which(name)
        # Without snapd, Ubuntu's chromium-browser is a script that only says so.
        if path and subprocess.run([path, "--version"], capture_output=True).returncode == 0:
            return path
    return None


def _install_chromium():
    if not (shutil.which("apt-get") and os.geteuid() == 0):
        _cannot("there is no chromium or google-chrome, and no root's apt-get to install one")
    for command in ["update", "install -y --no-install-recommends chromium"]:
        done = subprocess.run(["apt-get", *command.split()], capture_output=True, text=True)
        if done.returncode != 0:
            _cannot(f"apt-get {command}: {done.stderr[-500:]}")
    return _chromium() or _cannot("apt-get installed a chromium that does not start")


def _cannot(reason):
    """Skip where a browser is missing; in CI that would hide what the tests are for."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"no browser: {reason}")
    pytest.skip(f"no browser: {reason}")
