"""The student's side: runs cells, and calls functions for the judge, inside the sandbox.

Nothing here is trusted by anyone: a student's code shares the process with it and can change all of
it. What protects the grades is the judge, who takes only plain data from here, and the sandbox.
"""

import contextlib
import os
import pickle
import random
import signal
import socket
import sys
import time
import traceback
from typing import Any

import numpy as np

from . import shell as shells
from .values import Packer, Unpacker
from .wire import Closed, Malformed, Node, receive, send

# Items of something that is not plain which the judge gets when it iterates.
MOST_ITEMS = 100_000
# No traceback for students goes through our own code.
FOLDER = os.path.dirname(__file__)


class Worker:
    """Answers the judge's messages until its socket is closed.

    Parameters
    ----------
    sock : socket
        To the judge.
    shell : Shell
        Of this process.
    opening : list
        Outputs of the cells that have run before it was forked.
    most_output, most_answer : int
        Characters of a cell's text, bytes of a value.
    """

    def __init__(
        self,
        sock: socket.socket,
        shell: shells.Shell,
        opening: list,
        most_output: int,
        most_answer: int,
    ):
        self.sock, self.shell, self.opening = sock, shell, opening
        self.most_output, self.most_answer = most_output, most_answer
        self.objects: list[Any] = []

    def serve(self) -> None:
        """Answer messages, one after the other."""
        with contextlib.suppress(Closed):
            while True:
                self._answer(*receive(self.sock, most=self.most_answer))

    def _answer(self, head: dict, buffers: list[bytearray]) -> None:
        packer = Packer(self._handle, self.most_answer)
        try:
            answer = getattr(self, "_do_" + head["do"])(
                head, Unpacker(buffers, self._other), packer
            )
        except Closed:
            raise
        except BaseException as error:  # also SystemExit, of a student's function
            packer.forget()
            answer = _described(error)
        send(self.sock, answer | {"cpu": time.process_time()}, packer.buffers)

    # --- cells -------------------------------------------------------------------------------

    def _do_cell(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        """Run a cell; interrupt it after the seconds that it may take."""
        signal.signal(signal.SIGALRM, signal.default_int_handler)
        signal.setitimer(signal.ITIMER_REAL, head["seconds"])
        try:
            error, outputs = shells.run_cell(self.shell, head["code"], self.most_output)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return {"r": "ok", "outputs": shells.as_json(outputs)}

    def _do_opening(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        """Outputs of the cells that have run."""
        return {"r": "ok", "outputs": self.opening}

    def _do_fork(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        """Go on in two processes; the new one takes the socket that follows the message."""
        _, (descriptor,), *_ = socket.recv_fds(self.sock, 1, 1)
        try:
            pid = os.fork()
            if pid == 0:
                self.sock.close()
                self.sock = socket.socket(fileno=os.dup(descriptor))
                _be_alone()
        finally:
            os.close(descriptor)
        return {"r": "ok", "pid": pid}

    # --- functions and other objects ---------------------------------------------------------

    def _do_names(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        """What names stand for, those that are defined."""
        known = self.shell.user_ns
        return _value({name: known[name] for name in head["names"] if name in known}, packer)

    def _do_call(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        """Call an object; what it has changed in its arguments goes back as well."""
        args, kwargs = unpacker.unpack(head["v"])
        _set_random_states(unpacker.unpack(head["random"]))
        given = list(unpacker.shared)
        before = [_fingerprint(value) for value in given]
        recorder = shells.Recorder(self.most_output)
        streams = sys.stdout, sys.stderr
        sys.stdout = shells.Stream(recorder, "stdout")
        sys.stderr = shells.Stream(recorder, "stderr")
        try:
            answer = _value(self.objects[head["id"]](*args, **kwargs), packer)
        except Closed:
            raise
        except BaseException as error:
            packer.forget()
            answer = _described(error)
        finally:
            sys.stdout, sys.stderr = streams
        changed = [i for i, old in enumerate(before) if _fingerprint(given[i]) != old]
        answer["changed"] = [[i, packer.pack(_copy(given[i]))] for i in changed]
        answer["said"] = [[output["name"], output["text"]] for output in recorder.outputs]
        return answer

    def _do_get(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        return _value(getattr(self.objects[head["id"]], head["name"]), packer)

    def _do_item(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        return _value(self.objects[head["id"]][unpacker.unpack(head["v"])], packer)

    def _do_len(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        return _value(len(self.objects[head["id"]]), packer)

    def _do_list(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        items = zip(self.objects[head["id"]], range(MOST_ITEMS))
        return _value([item for item, _ in items], packer)

    def _do_float(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        return _value(float(self.objects[head["id"]]), packer)

    def _do_array(self, head: dict, unpacker: Unpacker, packer: Packer) -> dict:
        return _value(np.asarray(self.objects[head["id"]]), packer)

    # --- what is not plain -------------------------------------------------------------------

    def _handle(self, value: Any, packer: Packer) -> Node:
        """The node of an object that stays here."""
        self.objects.append(value)
        return {
            "t": "handle",
            "id": len(self.objects) - 1,
            "type": type(value).__name__,
            "kinds": [f"{kind.__module__}:{kind.__qualname__}" for kind in type(value).__mro__],
            "repr": _repr(value),
            "call": callable(value),
        }

    def _other(self, node: dict, unpacker: Unpacker) -> Any:
        """What a node of the judge stands for that is not plain."""
        if node["t"] == "handle":
            return self.objects[node["id"]]
        if node["t"] == "function":
            return self._asking(node["id"], node["name"])
        if node["t"] == "pickle":  # of the judge, whom we trust
            return pickle.loads(unpacker.buffer(node["b"]))
        raise Malformed(f"no value: {node['t']}")

    def _asking(self, number: int, name: str) -> Any:
        """A function that the judge runs."""

        def function(*args, **kwargs):
            packer = Packer(self._handle, self.most_answer)
            node = packer.pack([list(args), kwargs])
            send(self.sock, {"r": "callback", "id": number, "v": node}, packer.buffers)
            while True:
                head, buffers = receive(self.sock, most=self.most_answer)
                if head["do"] == "raise":
                    raise RuntimeError(head["text"])
                if head["do"] == "return":
                    return Unpacker(buffers, self._other).unpack(head["v"])
                self._answer(head, buffers)

        function.__name__ = function.__qualname__ = name
        return function


def _be_alone() -> None:
    """Depend on nothing of the process that this one is a copy of."""
    if os.getpgrp() == os.getppid():  # not where all are ended as one group, without a sandbox
        os.setsid()  # a signal to the group of one must not reach the others
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)  # a copy has none of the threads that torch would wait for


def _value(value: Any, packer: Packer) -> dict:
    return {"r": "ok", "v": packer.pack(value)}


def _described(error: BaseException) -> dict:
    """What the judge learns of an error: names of its types, its text, where it came from."""
    if isinstance(error, Malformed):  # of ours, at what a function returned
        error = ValueError(f"what it returned cannot be handed over: {error}")
    kinds = [kind.__name__ for kind in type(error).__mro__]
    trace = ""
    with contextlib.suppress(BaseException):
        told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-12)
        own = [frame for frame in told.stack if not frame.filename.startswith(FOLDER)]
        told.stack = traceback.StackSummary.from_list(own)
        trace = "".join(told.format())
    return {
        "r": "error",
        "kinds": kinds,
        "text": shells.text_of(error)[:4000],
        "trace": trace[-8000:],
    }


def _repr(value: Any) -> str:
    try:
        return repr(value)[:300]
    except BaseException as error:
        return f"<no repr: {type(error).__name__}>"


def _fingerprint(value: Any) -> Any:
    """Something that differs when a value has been changed in place."""
    if isinstance(value, np.ndarray):
        items = value.ravel().tolist() if value.dtype.kind == "O" else None
        data = list(map(id, items)) if items is not None else hash(value.tobytes())
        return value.shape, value.dtype.str, data
    if isinstance(value, dict):
        return [(key, id(item)) for key, item in value.items()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(map(id, value))
    return tuple(value.shape), hash(value.detach().cpu().numpy().tobytes())  # a tensor


def _copy(value: Any) -> Any:
    """Another object with the same content: a packer would only point to one that it has met."""
    return value.detach().clone() if hasattr(value, "detach") else value.copy()


def _set_random_states(states: dict) -> None:
    """Take over what a test has seeded."""
    if "random" in states:
        random.setstate(states["random"])
    if "numpy" in states:
        np.random.set_state(states["numpy"])
    if "torch" in states:
        import torch

        torch.set_rng_state(states["torch"])
