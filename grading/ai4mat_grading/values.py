"""Values as nodes of JSON and buffers, and back; both sides of the border keep to the same limits.

Only plain data is made here: numbers, text, containers, arrays and tensors. What is anything else
is for the side that packs or unpacks to decide.
"""

import math
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from .wire import BUFFERS, BYTES, Malformed, Node, clean

# Of one message: nested containers, values, and those among them that are not plain.
DEPTH, COUNT, OTHERS = 60, 1_000_000, 10_000

# Kinds of arrays that cross: bool, int, uint, float, complex, bytes, text.
_DTYPE = re.compile(r"[<>|][biufcSU]\d{1,9}")
_SEQUENCES = {"tuple": tuple, "list": list, "set": set, "frozenset": frozenset}

# --- values to nodes -------------------------------------------------------------------------


class Packer:
    """Turns values into nodes of JSON and buffers.

    Parameters
    ----------
    other : callable
        Gives the node of a value that is not plain, from the value and this packer.
    most : int
        Bytes that all buffers may have together.

    Attributes
    ----------
    buffers : list of bytes
        To be sent with the nodes.
    shared : list
        Values that can be changed or met twice, in the order in which the other side makes them.
    """

    def __init__(self, other: Callable[[Any, "Packer"], Node], most: int = BYTES):
        self.other, self.left = other, most
        self.buffers: list[bytes] = []
        self.shared: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._count = self._others = 0

    def forget(self) -> None:
        """Begin anew: what was packed will not be sent."""
        self.left += sum(map(len, self.buffers))
        self.buffers, self.shared, self._numbers = [], [], {}
        self._count = self._others = 0

    def buffer(self, data: bytes) -> int:
        """Keep a buffer and return its number."""
        self._spend(len(data))
        self.buffers.append(data)
        if len(self.buffers) > BUFFERS:
            raise Malformed("the value holds too many arrays")
        return len(self.buffers) - 1

    def pack(self, value: Any, depth: int = 0) -> Node:
        """Return the node of a value.

        Raises
        ------
        Malformed
            If the value is too large or nested too deeply.
        """
        self._count += 1
        if self._count > COUNT or depth > DEPTH:
            raise Malformed("the value is too large, or nested too deeply")
        if value is None or value is True or value is False or type(value) in (float, str):
            return value
        if id(value) in self._numbers:
            return {"t": "again", "v": self._numbers[id(value)]}
        for kind in (self._number, self._small, self._array, self._tensor, self._container):
            node = kind(value, depth)
            if node is not None:
                return node
        self._others += 1
        if self._others > OTHERS:
            raise Malformed("the value holds too many objects that are not plain")
        return self.other(value, self)

    def _spend(self, size: int) -> None:
        if size > self.left:
            raise Malformed("the value is too large")
        self.left -= size

    def _share(self, value: Any) -> None:
        self._numbers[id(value)] = len(self.shared)
        self.shared.append(value)

    def _number(self, value: Any, depth: int) -> Node:
        if isinstance(value, np.generic):
            if not _DTYPE.fullmatch(value.dtype.str):
                return None
            return {"t": "scalar", "d": value.dtype.str, "b": self.buffer(value.tobytes())}
        if isinstance(value, float):
            return float.__float__(value)
        if isinstance(value, int):
            return {"t": "int", "v": hex(int.__int__(value))} if abs(value) > 2**53 else int(value)
        if isinstance(value, complex):
            return {"t": "complex", "v": [value.real, value.imag]}
        return None

    def _small(self, value: Any, depth: int) -> Node:
        if isinstance(value, str):
            return str.__str__(value)
        if isinstance(value, bytes):
            return {"t": "bytes", "b": self.buffer(bytes(value))}
        if isinstance(value, range | slice):
            parts = (value.start, value.stop, value.step)
            node = {"v": [self.pack(part, depth + 1) for part in parts]}
            return node | {"t": "range" if isinstance(value, range) else "slice"}
        return {"t": "ellipsis"} if value is Ellipsis else None

    def _array(self, value: Any, depth: int) -> Node:
        if not isinstance(value, np.ndarray) or isinstance(value, np.ma.MaskedArray):
            return None
        array = np.asarray(value)
        if array.dtype.kind == "O":
            self._count += array.size
            items = array.ravel().tolist() if self._count <= COUNT else [value] * COUNT
            node = {"t": "objects", "s": list(array.shape)}
            node["v"] = [self.pack(item, depth + 1) for item in items]
        elif _DTYPE.fullmatch(array.dtype.str):
            node = self._numbers_of(array, "array")
            node |= {"w": array.flags.writeable, "f": array.flags.fnc}
        else:
            return None
        self._share(value)
        return node

    def _numbers_of(self, array: np.ndarray, kind: str) -> dict[str, Node]:
        if array.nbytes > self.left:  # an array may look larger than the memory that it takes
            raise Malformed("the value is too large")
        data = np.ascontiguousarray(array).tobytes()
        return {"t": kind, "d": array.dtype.str, "s": list(array.shape), "b": self.buffer(data)}

    def _tensor(self, value: Any, depth: int) -> Node:
        torch = sys.modules.get("torch")
        if torch is None or not isinstance(value, torch.Tensor) or value.layout != torch.strided:
            return None
        if value.dtype not in _crossing(torch):
            return None
        if value.numel() * value.element_size() > self.left:
            raise Malformed("the value is too large")
        array = value.detach().cpu().resolve_conj().resolve_neg().numpy()
        node = self._numbers_of(array, "tensor")
        node["g"] = bool(value.requires_grad)
        self._share(value)
        return node

    def _container(self, value: Any, depth: int) -> Node:
        for name, kind in _SEQUENCES.items():
            if isinstance(value, kind):
                if kind.__len__(value) > COUNT - self._count:
                    raise Malformed("the value is too large")
                node = {"t": name, "v": [self.pack(v, depth + 1) for v in kind.__iter__(value)]}
                self._share(value)
                return node
        if isinstance(value, dict):
            items = [[self.pack(x, depth + 1) for x in pair] for pair in dict.items(value)]
            self._share(value)
            return {"t": "dict", "v": items}
        return None


def plain() -> tuple[type, ...]:
    """Types of which a value is plain data."""
    torch = sys.modules.get("torch")
    kinds = (bool, int, float, complex, str, bytes, range, slice, dict, np.ndarray, np.generic)
    return (*kinds, *_SEQUENCES.values(), *((torch.Tensor,) if torch else ()))


def _crossing(torch) -> set:
    names = "bool uint8 int8 int16 int32 int64 float16 float32 float64 complex64 complex128"
    return {getattr(torch, name) for name in names.split()}


# --- nodes to values -------------------------------------------------------------------------


class Unpacker:
    """Makes values from the nodes and buffers of one message.

    Parameters
    ----------
    buffers : list of bytearray
        Those of the message; each is taken once, or a few bytes could fill the memory.
    other : callable
        Makes the value of a node that is not plain; raises `Malformed` where it knows none.

    Attributes
    ----------
    shared : list
        Values that can be changed, in the order of `Packer.shared`.
    """

    def __init__(self, buffers: list[bytearray], other: Callable[[dict, "Unpacker"], Any]):
        self.buffers: list[bytearray | None] = list(buffers)
        self.other = other
        self.shared: list[Any] = []
        # How many values are in each of them, and how deeply: one may be met again and again.
        self._sizes: list[tuple[int, int]] = []
        self._count = self._deepest = self._others = 0
        self._makers = {
            "int": lambda node: int(_text(node["v"], 4000), 16),
            "complex": lambda node: complex(*map(_float, _list(node["v"]))),
            "scalar": self._scalar,
            "bytes": lambda node: bytes(self.buffer(node["b"])),
            "ellipsis": lambda node: Ellipsis,
        }
        self._nested = {
            "again": self._again,
            "range": self._range,
            "slice": lambda node, depth: slice(*self._items(node, depth)),
        }
        self._sharing = {
            "array": self._array,
            "objects": self._objects,
            "tensor": self._tensor,
            "dict": self._dict,
            "list": self._items,
            "tuple": lambda node, depth: tuple(self._items(node, depth)),
            "set": self._set,
            "frozenset": lambda node, depth: frozenset(self._set(node, depth)),
        }

    def buffer(self, number: Node) -> bytearray:
        """Take a buffer by its number."""
        data = self.buffers[_below(number, len(self.buffers))]
        self.buffers[number] = None
        return _fail() if data is None else data

    def unpack(self, node: Node, depth: int = 0) -> Any:
        """Return the value of a node.

        Raises
        ------
        Malformed
            Whatever is wrong with it.
        """
        try:
            return self._unpack(node, depth)
        except Malformed:
            raise
        except Exception as error:  # of NumPy, torch, hashing: what nodes can cause is no bug
            raise Malformed(f"{type(error).__name__}: {error}") from None

    def _unpack(self, node: Node, depth: int) -> Any:
        self._spend(1, depth)
        if type(node) is str:
            return clean(node)
        if node is None or type(node) in (bool, int, float):
            return node
        if type(node) is not dict or type(node.get("t")) is not str:
            raise Malformed("no value")
        kind = node["t"]
        if kind in self._makers:
            return self._makers[kind](node)
        if kind in self._nested:
            return self._nested[kind](node, depth)
        if kind not in self._sharing:
            self._others += 1
            return self.other(node, self) if self._others <= OTHERS else _fail()
        count, deepest, self._deepest = self._count, self._deepest, depth
        value = self._sharing[kind](node, depth)
        self.shared.append(value)
        self._sizes.append((self._count - count + 1, self._deepest - depth))
        self._deepest = max(deepest, self._deepest)
        return value

    def _spend(self, count: int, depth: int) -> None:
        self._count += count
        self._deepest = max(self._deepest, depth)
        if self._count > COUNT or depth > DEPTH + 4:
            raise Malformed("the value is too large, or nested too deeply")

    def _items(self, node: dict, depth: int) -> list[Any]:
        return [self._unpack(item, depth + 1) for item in _list(node["v"])]

    def _again(self, node: dict, depth: int) -> Any:
        number = _below(node["v"], len(self.shared))
        count, height = self._sizes[number]
        self._spend(count, depth + height)
        return self.shared[number]

    def _range(self, node: dict, depth: int) -> range:
        value = range(*map(_int, self._items(node, depth)))
        return value if len(value) <= COUNT else _fail()

    def _set(self, node: dict, depth: int) -> set:
        value = set()
        for item in self._items(node, depth):  # one by one: a signal can end it if hashes collide
            value.add(item)
        return value

    def _dict(self, node: dict, depth: int) -> dict:
        pairs = ([self._unpack(x, depth + 1) for x in _list(pair)] for pair in _list(node["v"]))
        return {key: value for key, value in pairs}

    def _scalar(self, node: dict) -> np.generic:
        return self._numbers(node, ())[()]

    def _array(self, node: dict, depth: int) -> np.ndarray:
        array = self._numbers(node, _shape(node["s"]))
        if node.get("f") is True:
            array = np.asfortranarray(array)
        array.flags.writeable = node.get("w") is not False
        return array

    def _objects(self, node: dict, depth: int) -> np.ndarray:
        items, shape = self._items(node, depth), _shape(node["s"])
        return np.fromiter(items, object, len(items)).reshape(shape)

    def _tensor(self, node: dict, depth: int) -> Any:
        import torch  # here, as tests that never see a tensor need not wait for it

        tensor = torch.from_numpy(self._numbers(node, _shape(node["s"])))
        if node.get("g") is True and tensor.is_floating_point():
            tensor.requires_grad_(True)
        return tensor

    def _numbers(self, node: dict, shape: tuple[int, ...]) -> np.ndarray:
        if not _DTYPE.fullmatch(_text(node["d"], 12)):
            raise Malformed("no type of numbers")
        dtype, data = np.dtype(node["d"]), self.buffer(node["b"])
        if dtype.itemsize == 0:  # empty text
            return np.zeros(shape, dtype) if not data and math.prod(shape) <= COUNT else _fail()
        if dtype.kind == "b":
            # A byte that is neither 0 nor 1 would make a truth value that contradicts itself.
            array = np.frombuffer(data, np.uint8) != 0
        elif dtype.kind == "U":
            code = np.frombuffer(data, f"{dtype.byteorder}u4").copy()
            code[(code > 0x10FFFF) | (code >> 11 == 0x1B)] = ord("?")  # beyond Unicode, surrogates
            array = code.view(dtype)
        else:
            array = np.frombuffer(data, dtype).copy()
        return array.reshape(shape)


def _fail() -> Any:
    raise Malformed("no such value")


def _list(node: Node) -> list:
    return node if type(node) is list else _fail()


def _int(node: Node) -> int:
    return node if type(node) is int else _fail()


def _float(node: Any) -> float:
    return float(node) if type(node) in (int, float) else _fail()


def _text(node: Node, most: int) -> str:
    return node if type(node) is str and len(node) <= most else _fail()


def _below(node: Node, n: int) -> int:
    return node if type(node) is int and 0 <= node < n else _fail()


def _shape(node: Node) -> tuple[int, ...]:
    if len(_list(node)) > 32 or any(type(n) is not int or n < 0 for n in node):
        raise Malformed("no shape")
    return tuple(node)
