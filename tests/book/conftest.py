"""What the tests of the book share: the built site, a server for it, and a browser.

What a page must satisfy stands in test_site.py.
"""

import functools
import os
import re
import shutil
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))  # build_book is a script of the repository, not installed

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The book, built strictly by the function behind `make book`: its folder, what went wrong."""
    output = tmp_path_factory.mktemp("book")
    code = "import sys, build_book; sys.exit(build_book.build(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, output], cwd=ROOT / "tools", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    html = output / "_build" / "html"
    return html, _what_failed(done.stdout, html) if done.returncode else None


def _what_failed(log, html):
    """Return the warnings of a build, or else its last lines, and the tracebacks of its cells."""
    lines = re.sub(r"\x1b\[[\d;]*m", "", log).splitlines()
    lines = [line for line in lines if re.search("(WARNING|ERROR|CRITICAL):", line)] or lines[-30:]
    tracebacks = [path.read_text()[-1500:] for path in sorted(html.glob("reports/*.err.log"))]
    return "\n".join(lines + tracebacks)


@pytest.fixture(scope="session")
def site(build):
    """The folder of the built site; with warnings, too, so that one does not hide the rest."""
    return build[0]


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def serve():
    """A function that serves a folder on localhost and returns the address, with a slash."""
    servers = []

    def start(folder):
        handler = functools.partial(_QuietHandler, directory=folder)
        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), handler))
        poll = {"poll_interval": 0.02}  # how long a shutdown waits
        threading.Thread(target=servers[-1].serve_forever, kwargs=poll, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium of the system: Playwright's own is a download from another host."""
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
