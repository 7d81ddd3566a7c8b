"""What stands in the judge's process for the objects of a student's process.

A stand-in ships arguments there and brings plain data back. Nothing that the other side says is
believed beyond that: two stand-ins are equal only if they are the same one, and each is true.
"""

import functools
import sys
from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np

from .values import plain
from .wire import Malformed, Node, clean


class Asked(Protocol):
    """Where an object lives; `student.Process` is one."""

    def ask(self, head: dict[str, Node], value: Any = None) -> Any:
        """Ask for something of an object there."""

    def call(self, number: int, args: tuple, kwargs: dict) -> Any:
        """Call an object there."""


class Handle:
    """Stands for an object in a student's process.

    Parameters
    ----------
    process : Asked
        Where it lives.
    number : int
        Its number there.
    text : str
        Its ``repr``.
    said_class : type
        The class of which it says it is.
    """

    def __init__(self, process: Asked, number: int, text: str, said_class: type):
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


def stand_in(process: Asked, node: dict[str, Node]) -> Handle:
    """Make the stand-in that a node describes.

    Raises
    ------
    Malformed
        If the node describes none.
    """
    if node["t"] != "handle" or type(node.get("id")) is not int:
        raise Malformed("no such kind of value")
    name, text = clean(str(node.get("type"))[:80]), clean(str(node.get("repr"))[:300])
    kind = _kind(name, node.get("call") is True)
    return kind(process, node["id"], text, _class_of(node.get("kinds")))


@functools.lru_cache(maxsize=100)  # a student can name any number of types
def _kind(name: str, callable: bool) -> type[Handle]:
    """A type of stand-ins, so that messages name that of the student's object."""
    return type(name, (Function if callable else Handle,), {})


def _class_of(kinds: Node) -> type:
    """The class of which an object says it is, if it is known here and no kind of plain data.

    So ``isinstance`` can ask whether a model is a `Module`. It takes the student's word for that,
    as in one process.
    """
    for kind in kinds[:20] if type(kinds) is list else ():
        module, _, name = str(kind).partition(":")
        # Not getattr, at which a module may import others.
        found = vars(sys.modules[module]).get(name) if module in sys.modules else None
        if isinstance(found, type) and module != "builtins" and not issubclass(found, plain()):
            return found
    return Handle
