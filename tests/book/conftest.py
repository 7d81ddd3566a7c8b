"""What the tests of the book share: the built site and a server for it.

What a page must satisfy stands in test_site.py.
"""

import functools
import re
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """The book, built strictly by the function behind `make book`: its folder, what went wrong."""
    output = tmp_path_factory.mktemp("book")
    code = "import sys, build_book; sys.exit(build_book.build(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, output],
        cwd=ROOT / "tools",
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
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
