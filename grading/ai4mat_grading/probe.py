"""Tries in the sandbox what must fail there, before any student's code runs."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

from .records import Limits, Plan, PlannedCell, Verdict
from .sandbox import Refused

KINDS = ("ipc", "mnt", "net", "pid", "user", "uts")

# Runs where a student's code would.
ATTEMPTS = '''
import ctypes, os, socket, time

def attempts(port, secret, memory, disk, spaces):
    """What succeeded of that which must not."""
    libc = ctypes.CDLL(None)
    def reads_a_file():
        open(secret).read()
    def lists_a_folder():
        os.listdir(os.path.dirname(secret))
    def writes_into_the_interpreter():
        open(os.path.join(os.path.dirname(os.__file__), "written"), "w")
    def writes_at_the_top():
        os.mkdir("/written")
    def talks_to_this_machine():
        socket.create_connection(("127.0.0.1", port), 2)
    def talks_to_the_network():
        socket.create_connection(("192.0.2.1", 80), 2)
    def sees_what_others_see():
        here = {kind: os.readlink("/proc/self/ns/" + kind) for kind in spaces}
        assert any(here[kind] == spaces[kind] for kind in spaces)
    def makes_a_user_namespace():
        assert libc.unshare(1 << 28) == 0
    def may_gain_rights():
        assert libc.prctl(39, 0, 0, 0, 0) != 1
    def becomes_root():
        os.setuid(0)
    def looks_into_the_first_process():
        open("/proc/1/environ", "rb").read()
    def takes_memory():
        len(bytearray(memory))
    def writes_a_large_file():
        with open("/tmp/large", "wb") as file:
            os.truncate(file.fileno(), disk)
    def starts_300_processes():
        started = []
        try:
            for _ in range(300):
                pid = os.fork()
                if pid == 0:
                    time.sleep(60)
                    os._exit(0)
                started.append(pid)
        finally:
            for pid in started:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
    succeeded = []
    for attempt in [reads_a_file, lists_a_folder, writes_into_the_interpreter, writes_at_the_top,
                    talks_to_this_machine, talks_to_the_network, sees_what_others_see,
                    makes_a_user_namespace, may_gain_rights, becomes_root,
                    looks_into_the_first_process, takes_memory, writes_a_large_file,
                    starts_300_processes]:
        try:
            attempt()
        except Exception:
            continue
        succeeded.append(attempt.__name__.replace("_", " "))
    return succeeded
'''


def check(grade: Callable[[bytes, Plan], Verdict], limits: Limits, folder: Path) -> None:
    """Probe a sandbox.

    Parameters
    ----------
    grade : callable
        Grades in it.
    limits : Limits
        That it should keep.
    folder : Path
        One that nobody in it may see.

    Raises
    ------
    Refused
        If something succeeded that must fail, or the sandbox does not start; says what.
    """
    secret = folder / "secret"
    secret.write_text("no student may read this")
    spaces = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in KINDS}
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        memory, disk = limits.memory + (1 << 28), limits.disk + 1
        test = (
            f"found = attempts({port}, {str(secret)!r}, {memory}, {disk}, {spaces})\n"
            "assert found == [], f\"it {', '.join(found)}\""
        )
        plan = Plan("probe", "probe", (_cell("attempts", ATTEMPTS), _cell("test", test, points=1)))
        try:
            verdict = grade(b"", plan)
        except Exception as error:
            raise Refused(f"the sandbox does not work here: {error}") from None
    secret.unlink()
    if verdict.scores != {"test": 1}:
        raise Refused(f"the sandbox does not hold: {verdict.messages.get('test')}")


def _cell(name: str, source: str, points: float | None = None) -> PlannedCell:
    test = points is not None
    return PlannedCell(name, "code", source, True, test, not test, False, points, None, False)
