"""What stands in the judge's process for the objects of a student's process.

A stand-in ships arguments there and brings plain data back. Nothing that the other side says is
believed beyond that: two stand-ins are equal only if they are the same one, and every error is one
of Python's own.
"""

import builtins
import contextlib
import functools
import json
import pickle
import random
import socket
import struct
import sys
import types
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from .records import Limits
from .wire import Closed, Malformed, Node, Packer, TimedOut, Unpacker, clean, plain, receive, send

# Errors of a student's process come as one of these; others as what they are derived from.
_ERRORS = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, Warning | UnicodeError | ExceptionGroup | StopIteration)
    and not issubclass(kind, StopAsyncIteration)
}


# Numbers of processes end here on every Linux.
MOST_PID = 1 << 22
# Characters of text from a student's process that a message is compared with.
MOST_HEARD = 200_000


class StudentError(Exception):
    """What the student's process sent is no answer."""


class StudentProcessDied(Exception):
    """The student's process has ended: a crash, an exit, or too much memory."""


class CellTimeoutError(BaseException):
    """A cell took too long; no ``except Exception`` of a test goes on after it."""


for _kind in (StudentError, StudentProcessDied, CellTimeoutError):
    _kind.__module__ = "builtins"  # how a traceback names it


class Broken(Exception):
    """The sandbox itself has failed; no student can cause this."""


# --- a submission in the sandbox -------------------------------------------------------------


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
    """

    def __init__(self, address: str, limits: Limits, confined: bool, folder: str):
        self.limits = limits
        self._control = socket.socket(socket.AF_UNIX)
        self._control.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._control.settimeout(300)  # the zygote may still be importing
        ours, theirs = socket.socketpair()
        wanted = {
            "confined": confined,
            "folder": folder,
            "disk": limits.disk,
            "memory": limits.memory,
            "processes": limits.processes,
            "cpu": limits.cpu,
            "output": limits.output,
            "answer": limits.answer,
        }
        with theirs:
            try:
                self._control.connect(address)
                socket.send_fds(self._control, [json.dumps(wanted).encode()], [theirs.fileno()])
                self.pid = self._said_here()
            except OSError as error:
                raise Broken(f"the sandbox did not answer: {error}") from None
        self._first = ours

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

    def end(self) -> None:
        """End it."""
        self.alive = False
        self.sock.close()
        if self.pid:
            self.container.kill(self.pid)

    def run_cell(self, code: str, seconds: float) -> list[Node]:
        """Run a cell of the student's and return its outputs, which are not checked."""
        head, _ = self._exchange({"do": "cell", "code": code, "seconds": seconds})
        outputs = head.get("outputs")
        return outputs if type(outputs) is list else []

    def opening(self) -> list[Node]:
        """Return the outputs of the cells that had run before the process was made."""
        outputs = self._exchange({"do": "opening"})[0].get("outputs")
        return outputs if type(outputs) is list else []

    def look_up(self, names: Sequence[str]) -> dict[str, Any]:
        """Return what names stand for: stand-ins and plain data."""
        found = self.ask({"do": "names", "names": list(names)})
        if type(found) is not dict:
            raise StudentError("no answer that can be read")
        return {name: found[name] for name in names if name in found}

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
            error = StudentError(f"no answer that can be read: {clean(str(malformed))[:300]}")
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
            changed = _changes(head.get("changed", []), packer.shared, unpacker)
            said = _said(head.get("said", []))
        except Malformed as error:
            raise StudentError(f"no answer that can be read: {clean(str(error))[:300]}") from None
        self.heard.add([value, [text for _, text in said], [new for _, new in changed]])
        for stream, text in said:
            getattr(sys, stream).write(text)
        for old, new in changed:
            _take_over(old, new)
        if failed:
            raise self._error(head)
        return value

    def _error(self, head: dict[str, Node]) -> Exception:
        kinds = head.get("kinds")
        kinds = (
            [str(kind) for kind in kinds[:50]] if type(kinds) is list and kinds else ["Exception"]
        )
        text = clean(str(head.get("text"))[:4000])
        known = next((_ERRORS[k] for k in kinds if k in _ERRORS and k != "Exception"), RuntimeError)
        error = known(text if known.__name__ == kinds[0] else f"{clean(kinds[0])[:100]}: {text}")
        error.of_student = clean(str(head.get("trace"))[-8000:])
        self.heard.add([text, *kinds])
        return error

    # --- values that are not plain -----------------------------------------------------------

    def _other(self, node: dict[str, Node], unpacker: Unpacker) -> "Handle":
        if node["t"] != "handle" or type(node.get("id")) is not int:
            raise Malformed("no such kind of value")
        name, text = clean(str(node.get("type"))[:80]), clean(str(node.get("repr"))[:300])
        said_class = _class_of(node.get("kinds"))
        return _kind(name, node.get("call") is True)(self, node["id"], text, said_class)

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


def _class_of(kinds: Node) -> type:
    """The class of which an object says it is, if it is known here and no kind of plain data.

    So ``isinstance`` can ask whether a model is a `Module`. It takes the student's word for that,
    as in one process.
    """
    for kind in kinds[:20] if type(kinds) is list else ():
        module, _, name = str(kind).partition(":")
        found = getattr(sys.modules.get(module), name, None)
        if isinstance(found, type) and module != "builtins" and not issubclass(found, plain()):
            return found
    return Handle


@functools.cache
def _kind(name: str, callable: bool) -> type["Handle"]:
    """A type of stand-ins, so that messages name that of the student's object."""
    return type(name, (Function if callable else Handle,), {})


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


def _changes(node: Node, given: list[Any], unpacker: Unpacker) -> list[tuple[Any, Any]]:
    if type(node) is not list:
        raise Malformed("no list of changes")
    changes = []
    for pair in node:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int:
            raise Malformed("no change of an argument")
        if not 0 <= pair[0] < len(given):
            raise Malformed("no such argument")
        changes.append((given[pair[0]], unpacker.unpack(pair[1])))
    return changes


def _said(node: Node) -> list[tuple[str, str]]:
    if type(node) is not list:
        raise Malformed("no list of texts")
    said = []
    for pair in node[:10_000]:
        if type(pair) is not list or len(pair) != 2 or pair[0] not in ("stdout", "stderr"):
            raise Malformed("no text")
        said.append((pair[0], clean(str(pair[1]))))
    return said


def _take_over(old: Any, new: Any) -> None:
    """Give an argument the content that a function left in it."""
    if isinstance(old, np.ndarray):
        if isinstance(new, np.ndarray):
            _take_over_array(old, new)
    elif isinstance(old, list):
        if isinstance(new, list):
            old[:] = new
    elif isinstance(old, dict | set):
        if isinstance(new, dict) == isinstance(old, dict) and isinstance(new, dict | set):
            old.clear()
            old.update(new)
    elif hasattr(old, "detach") and hasattr(new, "detach"):
        if (old.shape, old.dtype) == (new.shape, new.dtype):
            old.detach().copy_(new.detach())


def _take_over_array(old: np.ndarray, new: np.ndarray) -> None:
    """Also shape and type, which can be changed in place as well, as far as they can."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        if old.dtype != new.dtype:
            old.dtype = new.dtype
        if old.size != new.size:
            old.resize(new.shape, refcheck=False)
        if old.shape != new.shape:
            old.shape = new.shape
        old[...] = new


class Heard:
    """Text that a student's process gave to a test, which must not come back in its message.

    Attributes
    ----------
    texts : set of str
        What it gave.
    too_much : bool
        Whether there was more than is kept.
    """

    def __init__(self, texts: Iterable[str] = ()):
        self.texts: set[str] = set()
        self.too_much = False
        self._left = MOST_HEARD
        self.add(list(texts))

    def add(self, value: Any) -> None:
        """Keep the text in a value that has come."""
        if isinstance(value, str):
            if value not in self.texts:
                self._keep(value)
        elif isinstance(value, bytes):
            self.add(value.decode("latin-1"))
        elif isinstance(value, Handle):
            self.add([repr(value), type(value).__name__])
        elif isinstance(value, dict):
            self.add([*value.keys(), *value.values()])
        elif isinstance(value, list | tuple | set | frozenset):
            for item in value:
                if type(item) not in (int, float):  # of which there are many
                    self.add(item)
        elif isinstance(value, np.ndarray) and value.dtype.kind in "SUO":
            self.add(value.ravel().tolist())

    def _keep(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            self.too_much = True
        else:
            self.texts.add(text)


class RandomStates:
    """What a test cell has seeded since it was last asked."""

    def __init__(self) -> None:
        self._known = self._now()

    def copy(self) -> "RandomStates":
        """One that knows the same."""
        other = RandomStates.__new__(RandomStates)
        other._known = self._known
        return other

    def news(self) -> dict[str, Any]:
        """States of random generators that have changed since."""
        now = self._now()
        changed = {name for name in now if _bytes(now[name]) != _bytes(self._known.get(name))}
        self._known = now
        return {name: now[name] for name in changed}

    @staticmethod
    def _now() -> dict[str, Any]:
        states = {"random": random.getstate(), "numpy": np.random.get_state()}
        if "torch" in sys.modules:
            states["torch"] = sys.modules["torch"].get_rng_state()
        return states


def _bytes(state: Any) -> bytes:
    """All numbers of a state of torch, NumPy or ``random``."""
    if hasattr(state, "numpy"):
        return state.numpy().tobytes()
    parts = [part.tobytes() if isinstance(part, np.ndarray) else part for part in state or ()]
    return repr(parts).encode()


# --- stand-ins -------------------------------------------------------------------------------


class Handle:
    """Stands for an object in a student's process."""

    def __init__(self, process: Process, number: int, text: str, said_class: type):
        self._process, self._number, self._text = process, number, text
        self._class = said_class

    @property
    def __class__(self) -> type:
        return self._class

    def __repr__(self) -> str:
        return self._text

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._process.ask({"do": "get", "id": self._number, "name": name})

    def __getitem__(self, key: Any) -> Any:
        return self._process.ask({"do": "item", "id": self._number}, key)

    def __len__(self) -> int:
        length = self._process.ask({"do": "len", "id": self._number})
        return length if type(length) is int and length >= 0 else _refuse("a length")

    def __iter__(self) -> Iterator[Any]:
        items = self._process.ask({"do": "list", "id": self._number})
        return iter(items if type(items) is list else _refuse("a list"))

    def __bool__(self) -> bool:
        return True  # as objects are; the student's opinion of it decides nothing

    def __float__(self) -> float:
        number = self._process.ask({"do": "float", "id": self._number})
        return number if type(number) is float else _refuse("a number")

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
        array = self._process.ask({"do": "array", "id": self._number})
        if type(array) is not np.ndarray:
            _refuse("an array")
        return array if dtype is None else array.astype(dtype)


class Function(Handle):
    """Stands for something in a student's process that can be called."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._process.call(self._number, args, kwargs)


def _refuse(what: str) -> Any:
    raise TypeError(f"the answer must be {what}")
