"""The judge's connection to the processes of one submission in the sandbox."""

import contextlib
import json
import pickle
import socket
import struct
import sys
import types
from collections.abc import Sequence
from typing import Any

from .effects import RandomStates, changes, take_over
from .failures import Broken, CellTimeoutError, StudentError, StudentProcessDied, error_of
from .heard import Heard
from .records import Limits
from .standins import Handle, stand_in
from .values import Packer, Unpacker
from .wire import Closed, Malformed, Node, TimedOut, clean, receive, send

# Numbers of processes end here on every Linux.
MOST_PID = 1 << 22
# Pieces of text that a function may print during one call.
MOST_SAID = 10_000


class Container:
    """All processes of one submission in the sandbox.

    Parameters
    ----------
    address : str
        Path of the zygote's socket.
    limits : Limits
        What the submission may use.
    confined : bool
        Whether it gets namespaces of its own.
    folder : str
        Where its cells run.

    Attributes
    ----------
    pid : int
        Its first process, as the grader sees it.

    Raises
    ------
    Broken
        If the zygote does not answer.
    """

    def __init__(self, address: str, limits: Limits, confined: bool, folder: str):
        self.limits = limits
        self._control = socket.socket(socket.AF_UNIX)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._control.settimeout(300)  # the zygote may still be importing
        self._first, theirs = socket.socketpair()
        names = ("disk", "memory", "processes", "cpu", "output", "answer")
        wanted = {"confined": confined, "folder": folder}
        wanted |= {name: getattr(limits, name) for name in names}
        with theirs:
            try:
                self._control.connect(address)
                socket.send_fds(self._control, [json.dumps(wanted).encode()], [theirs.fileno()])
                self.pid = self._said_here()
            except OSError as error:
                raise Broken(f"the sandbox did not answer: {error}") from None

    def _said_here(self) -> int:
        data, ancillary, *_ = self._control.recvmsg(4, socket.CMSG_SPACE(12))
        if data != b"here":
            raise Broken("the sandbox could not make a process for a submission")
        # The kernel says who sent it, in our own numbers.
        return struct.unpack("3i", ancillary[0][2])[0]

    def begin(self, watched: bool) -> "Process":
        """Start the student's process, once limits are set.

        Parameters
        ----------
        watched : bool
            Whether there is no limit of the memory of all processes together.
        """
        with contextlib.suppress(OSError):  # its first word will not come
            self._control.sendall(b"watch" if watched else b"go")
        return Process(self, self._first)

    def kill(self, pid: int) -> None:
        """End a process by the number that it has inside."""
        with contextlib.suppress(OSError):  # all of them may have ended
            self._control.sendall(b"%d\n" % pid)

    def end(self) -> None:
        """End all processes."""
        self._control.close()
        self._first.close()


class Process:
    """One process of a student, which runs cells and functions.

    Parameters
    ----------
    container : Container
        The submission's.
    sock : socket
        To the process.
    pid : int
        Its number inside; 0 where it is not known.

    Attributes
    ----------
    alive : bool
        Whether it can still answer.
    deadline : float or None
        On the clock of `time.monotonic`: an answer that comes later ends the process.
    cpu : float
        CPU seconds that it says it has used.
    heard : Heard
        Text that came from it.
    """

    def __init__(self, container: Container, sock: socket.socket, pid: int = 0):
        self.container, self.sock, self.pid = container, sock, pid
        self.limits = container.limits
        self.alive = True
        self.deadline: float | None = None
        self.cpu = 0.0
        self.heard = Heard()
        self._functions: list[Any] = []
        self._random = RandomStates()

    def fork(self) -> "Process":
        """Make a copy of the process, with a connection of its own."""
        ours, theirs = socket.socketpair()
        with theirs:
            send_fds = lambda: socket.send_fds(self.sock, [b"x"], [theirs.fileno()])  # noqa: E731
            head, _ = self._exchange({"do": "fork"}, then=send_fds)
        if head.get("r") != "ok":
            ours.close()
            raise StudentProcessDied("the process can't be copied: too many, or too large")
        pid = head.get("pid")
        known = type(pid) is int and 1 < pid < MOST_PID
        copy = Process(self.container, ours, pid if known else 0)
        copy.deadline, copy._random = self.deadline, self._random.copy()
        copy._receive()  # its own first word
        return copy

    def wait_for_an_answer(self) -> None:
        """Make sure that it lives; what it answers says nothing."""
        self._exchange({"do": "names", "names": []})

    def end(self) -> None:
        """End it."""
        self.alive = False
        self.sock.close()
        if self.pid:
            self.container.kill(self.pid)

    def run_cell(self, code: str, seconds: float) -> list[Node]:
        """Run a cell of the student's and return its outputs, which are not checked."""
        return self._outputs({"do": "cell", "code": code, "seconds": seconds})

    def opening(self) -> list[Node]:
        """Return the outputs of the cells that had run before the process was made."""
        return self._outputs({"do": "opening"})

    def _outputs(self, head: dict[str, Node]) -> list[Node]:
        outputs = self._exchange(head)[0].get("outputs")
        return outputs if type(outputs) is list else []

    def look_up(self, names: Sequence[str]) -> dict[str, Any]:
        """Return what names stand for, stand-ins and plain data, without those that have nothing.

        One after the other: what cannot be handed over must not hide the rest.
        """
        found: dict[str, Any] = {}
        for name in names:
            try:
                value = self.ask({"do": "names", "names": [name]})
            except (StudentProcessDied, CellTimeoutError):
                raise
            except Exception:
                if not self.alive:
                    raise
                continue
            if type(value) is dict and name in value:
                found[name] = value[name]
        return found

    def call(self, number: int, args: tuple, kwargs: dict) -> Any:
        """Call an object there, with the random numbers that the test has seeded here."""
        packer = Packer(self._given, self.limits.answer)
        head = {"do": "call", "id": number, "v": _packed(packer, [list(args), kwargs])}
        head["random"] = _packed(packer, self._random.news())
        return self._result(head, packer)

    def ask(self, head: dict[str, Node], value: Any = None) -> Any:
        """Ask for something of an object there."""
        packer = Packer(self._given, self.limits.answer)
        head["v"] = _packed(packer, value)
        return self._result(head, packer)

    # --- messages ----------------------------------------------------------------------------

    def _exchange(self, head, buffers=(), then=None) -> tuple[dict[str, Node], list[bytearray]]:
        """Send a message and wait for the answer; calls of our functions come in between."""
        if not self.alive:
            raise StudentProcessDied("the process that holds the answers has ended")
        try:
            send(self.sock, head, buffers, self.deadline)
            if then:
                then()
        except (Closed, TimedOut, OSError):
            pass  # what it had to say may still be there to read
        return self._receive()

    def _receive(self) -> tuple[dict[str, Node], list[bytearray]]:
        try:
            while True:
                head, buffers = receive(self.sock, self.deadline, self.limits.answer)
                cpu = head.get("cpu")
                if type(cpu) is float and 0 <= cpu < 1e9:
                    self.cpu = cpu
                if head.get("r") != "callback":
                    return head, buffers
                self._call_back(head, buffers)
        except TimedOut:
            error: BaseException = CellTimeoutError("the cell took too long")
        except Closed:
            error = StudentProcessDied(
                "the process that holds the answers has ended: a crash, an exit, or too much memory"
            )
        except Malformed as malformed:
            error = _no_answer(malformed)
        self.end()
        raise error

    def _call_back(self, head: dict[str, Node], buffers: list[bytearray]) -> None:
        packer = Packer(self._given, self.limits.answer)
        number = head.get("id")
        if type(number) is not int or not 0 <= number < len(self._functions):
            raise Malformed("no such function")
        arguments = Unpacker(buffers, self._other).unpack(head.get("v"))
        self.heard.add(arguments)
        try:
            args, kwargs = arguments
            answer = {"do": "return", "v": packer.pack(self._functions[number](*args, **kwargs))}
        except Exception as error:
            packer.forget()
            answer = {"do": "raise", "text": f"{type(error).__name__}: {error}"[:500]}
        send(self.sock, answer, packer.buffers, self.deadline)

    def _result(self, head: dict[str, Node], packer: Packer) -> Any:
        head, buffers = self._exchange(head, packer.buffers)
        unpacker = Unpacker(buffers, self._other)
        try:
            failed = head.get("r") != "ok"
            value = None if failed else unpacker.unpack(head.get("v"))
            changed = changes(head.get("changed", []), packer.shared, unpacker)
            said = _said(head.get("said", []))
        except Malformed as error:
            raise _no_answer(error) from None
        self.heard.add([value, [text for _, text in said], [new for _, new in changed]])
        for stream, text in said:
            getattr(sys, stream).write(text)
        for old, new in changed:
            take_over(old, new)
        if failed:
            error, texts = error_of(head)
            self.heard.add(texts)
            raise error
        return value

    # --- values that are not plain -----------------------------------------------------------

    def _other(self, node: dict[str, Node], unpacker: Unpacker) -> Handle:
        return stand_in(self, node)

    def _given(self, value: Any, packer: Packer) -> Node:
        if isinstance(value, Handle):
            if object.__getattribute__(value, "_process") is not self:
                raise TypeError(
                    "what another cell got from a student's function can't be handed on"
                )
            return {"t": "handle", "id": object.__getattribute__(value, "_number")}
        if _is_local(value):
            self._functions.append(value)
            name = getattr(value, "__name__", "function")
            return {"t": "function", "id": len(self._functions) - 1, "name": name}
        return {"t": "pickle", "b": packer.buffer(pickle.dumps(value))}


def _no_answer(error: Malformed) -> StudentError:
    return StudentError(f"no answer that can be read: {clean(str(error))[:300]}")


def _packed(packer: Packer, value: Any) -> Node:
    try:
        return packer.pack(value)
    except Malformed as error:
        raise ValueError(f"the arguments cannot be handed over: {error}") from None


def _is_local(value: Any) -> bool:
    """Whether it is a function that a test cell defines."""
    kinds = types.FunctionType | types.MethodType
    name = getattr(value, "__qualname__", "")
    return isinstance(value, kinds) and (value.__module__ == "__main__" or "<" in name)


def _said(node: Node) -> list[tuple[str, str]]:
    """What a function has printed, as (stream, text)."""
    if type(node) is not list:
        raise Malformed("no list of texts")
    said = []
    for pair in node[:MOST_SAID]:
        if type(pair) is not list or len(pair) != 2 or pair[0] not in ("stdout", "stderr"):
            raise Malformed("no text")
        said.append((pair[0], clean(str(pair[1]))))
    return said
