"""What a call carries beside arguments and answer: random numbers there, changed arguments back."""

import contextlib
import random
import sys
from typing import Any

import numpy as np

from .values import Unpacker
from .wire import Malformed, Node


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


def changes(node: Node, given: list[Any], unpacker: Unpacker) -> list[tuple[Any, Any]]:
    """Arguments that a function has changed, each with a value that holds its new content.

    Parameters
    ----------
    node : list of (int, node)
        Numbers of arguments, and their content.
    given : list
        `Packer.shared` of the call.
    unpacker : Unpacker
        Of the answer.

    Raises
    ------
    Malformed
        If the node says anything else.
    """
    if type(node) is not list:
        raise Malformed("no list of changes")
    found = []
    for pair in node:
        if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int:
            raise Malformed("no change of an argument")
        if not 0 <= pair[0] < len(given):
            raise Malformed("no such argument")
        found.append((given[pair[0]], unpacker.unpack(pair[1])))
    return found


def take_over(old: Any, new: Any) -> None:
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
