"""Node.js, which runs the scripts of live figures."""

import os
import shutil
import subprocess

import pytest


def node(*arguments):
    """Run Node.js; return what it prints."""
    program = shutil.which("node")
    if program is None:
        assert os.environ.get("CI") != "true", "the tests of live figures need Node.js: install it"
        pytest.skip("Node.js is not installed")
    done = subprocess.run([program, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    return done.stdout
