"""Tries in the sandbox what must fail there, before any student's code runs."""

import socket
from typing import TYPE_CHECKING

from .records import Plan, PlannedCell
from .sandbox import Refused

if TYPE_CHECKING:
    from .grader import Grader

# Runs where a student's code would.
ATTEMPTS = '''
import os, socket

def attempts(port, secret, memory):
    """What succeeded of that which must not."""
    def reads_a_file():
        open(secret).read()
    def lists_a_folder():
        os.listdir(os.path.dirname(secret))
    def writes_outside():
        open(os.path.join(os.path.dirname(os.__file__), "written"), "w")
    def writes_at_the_top():
        os.mkdir("/written")
    def talks_to_this_machine():
        socket.create_connection(("127.0.0.1", port), 2)
    def talks_to_the_network():
        socket.create_connection(("192.0.2.1", 80), 2)
    def has_other_networks():
        assert os.listdir("/sys/class/net") if os.path.exists("/sys/class/net") else 0
    def sees_others():
        assert len([name for name in os.listdir("/proc") if name.isdigit()]) > 20
    def takes_memory():
        len(bytearray(memory))
    def starts_300_processes():
        started = []
        try:
            for _ in range(300):
                pid = os.fork()
                if pid == 0:
                    import time
                    time.sleep(60)
                    os._exit(0)
                started.append(pid)
        finally:
            for pid in started:
                os.kill(pid, 9)
                os.waitpid(pid, 0)
    def becomes_root():
        os.setuid(0)
    succeeded = []
    for attempt in [reads_a_file, lists_a_folder, writes_outside, writes_at_the_top,
                    talks_to_this_machine, talks_to_the_network, has_other_networks, sees_others,
                    takes_memory, starts_300_processes, becomes_root]:
        try:
            attempt()
        except Exception:
            continue
        succeeded.append(attempt.__name__.replace("_", " "))
    return succeeded
'''


def check(grader: "Grader") -> None:
    """Probe a grader's sandbox.

    Raises
    ------
    Refused
        If something succeeded that must fail, or the sandbox does not start; says what.
    """
    secret = grader.folder / "secret"
    secret.write_text("no student may read this")
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        memory = grader.limits.memory + (1 << 28)
        test = f"found = attempts({port}, {str(secret)!r}, {memory})\nassert found == [], found"
        plan = Plan("probe", "probe", (_cell("attempts", ATTEMPTS), _cell("test", test, points=1)))
        try:
            verdict = grader.grade(b"", plan)
        except Exception as error:
            raise Refused(f"the sandbox does not work here: {error}") from None
    secret.unlink()
    if verdict.scores != {"test": 1}:
        raise Refused(f"the sandbox does not hold: {verdict.messages.get('test')}")


def _cell(name: str, source: str, points: float | None = None) -> PlannedCell:
    grade = points is not None
    return PlannedCell(name, "code", source, True, grade, False, False, points, None, False)
