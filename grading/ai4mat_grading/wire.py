"""What crosses the border between the judge and a student's process: messages on a socket.

A message is a JSON object and a list of buffers; what they mean is for `values`. Nothing that comes
from a student's process is ever unpickled. A message that breaks the rules raises `Malformed` and
nothing else, whatever its bytes are.
"""

import json
import socket
import struct
import time
from collections.abc import Callable, Sequence
from typing import Any

# Of one message: bytes of its JSON, number of its buffers, bytes of all buffers.
HEAD, BUFFERS, BYTES = 32 << 20, 100_000, 256 << 20
# Brackets and braces in its JSON, of which each makes an object; a value has fewer (`values`).
CONTAINERS = 3_000_000

Node = Any  # what JSON can hold


class Malformed(Exception):
    """A message that breaks the rules, or a value that is too large for one."""


class TimedOut(Exception):
    """No message came in time."""


class Closed(Exception):
    """The other side has ended."""


def send(
    sock: socket.socket,
    head: dict[str, Node],
    buffers: Sequence[bytes] = (),
    deadline: float | None = None,
) -> None:
    """Send a message.

    Parameters
    ----------
    sock : socket
    head : dict
        What JSON can hold.
    buffers : sequence of bytes
    deadline : float, optional
        On the clock of `time.monotonic`: the other side may have stopped to read.

    Raises
    ------
    TimedOut, Closed
    """
    text = json.dumps(head).encode()
    sizes = [len(buffer) for buffer in buffers]
    prefix = struct.pack(f"<II{len(sizes)}Q", len(text), len(sizes), *sizes)
    for part in (prefix + text, *buffers):
        _on_time(sock, deadline, sock.sendall, part)


def receive(
    sock: socket.socket, deadline: float | None = None, most: int = BYTES
) -> tuple[dict[str, Node], list[bytearray]]:
    """Wait for a message.

    Parameters
    ----------
    sock : socket
    deadline : float, optional
        On the clock of `time.monotonic`.
    most : int
        Bytes that all buffers may have together.

    Raises
    ------
    Malformed, TimedOut, Closed
    """
    n, count = struct.unpack("<II", _exactly(sock, 8, deadline))
    if n > HEAD or count > BUFFERS:
        raise Malformed("the message is too large")
    sizes = struct.unpack(f"<{count}Q", _exactly(sock, 8 * count, deadline))
    if sum(sizes) > most:
        raise Malformed("the message is too large")
    try:
        text = _exactly(sock, n, deadline)
        if text.count(b"[") + text.count(b"{") > CONTAINERS:
            raise Malformed("the message is too large")
        head = json.loads(text.decode())
        buffers = [_exactly(sock, size, deadline) for size in sizes]
    except MemoryError:
        raise Malformed("the message is too large") from None
    except (ValueError, RecursionError):
        raise Malformed("the message is not JSON") from None
    if type(head) is not dict:
        raise Malformed("the message is no JSON object")
    return head, buffers


def _exactly(sock: socket.socket, n: int, deadline: float | None) -> bytearray:
    # Memory grows with what comes, not with what was announced.
    data = bytearray()
    while len(data) < n:
        part = _on_time(sock, deadline, sock.recv, min(n - len(data), 1 << 20))
        if not part:
            raise Closed("the other side has ended")
        data += part
    return data


def _on_time(
    sock: socket.socket, deadline: float | None, act: Callable[[Any], Any], argument: Any
) -> Any:
    """Do something with a socket before the deadline."""
    left = None if deadline is None else deadline - time.monotonic()
    if left is not None and left <= 0:
        raise TimedOut
    try:
        sock.settimeout(left)
        return act(argument)
    except TimeoutError:
        raise TimedOut from None
    except OSError as error:
        raise Closed(str(error)) from None


def clean(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become question marks."""
    return text.encode("utf-8", "replace").decode()
