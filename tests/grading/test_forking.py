"""Memory that many forks share: its content stays, and it stands in large pages where it can."""

import os
import platform
import subprocess
import sys

import pytest

# 64 MB in pieces, as objects and networks have it; what is printed are numbers of this process.
PROGRAM = """
import gc
from ai4mat_grading import forking

pieces = [bytes([i % 256]) * 100_000 for i in range(640)]
forking.prepare()
assert all(piece == bytes([i % 256]) * 100_000 for i, piece in enumerate(pieces))
with open("/proc/self/smaps_rollup") as file:
    sizes = {line.split()[0]: line.split()[1] for line in file}
print(gc.get_freeze_count(), sizes["AnonHugePages:"])
"""


@pytest.fixture(scope="module")
def prepared():
    """Frozen objects, and kB in large pages, of a process that is prepared."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return list(map(int, done.stdout.split()))


def test_content_stays_and_nobody_counts_it(prepared):
    assert prepared[0] > 1000


@pytest.mark.skipif(
    tuple(map(int, platform.release().split("-")[0].split(".")[:2])) < (6, 1)
    or not os.path.exists("/sys/kernel/mm/transparent_hugepage"),
    reason="Linux makes large pages at once since 6.1",
)
def test_most_of_it_stands_in_large_pages(prepared):
    assert prepared[1] > 40_000
