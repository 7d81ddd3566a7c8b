"""Whatever crosses the border is a plain value or `Malformed`; and plain values come as sent."""

import json
import math
import socket
import struct
import threading
import time

import numpy as np
import pytest
from ai4mat_grading import values as crossing
from ai4mat_grading.failures import CellTimeoutError, StudentError, StudentProcessDied
from ai4mat_grading.records import Limits
from ai4mat_grading.standins import Handle
from ai4mat_grading.student import Process
from ai4mat_grading.values import Packer, Unpacker
from ai4mat_grading.wire import Closed, Malformed, TimedOut, receive, send
from hypothesis import given, settings
from hypothesis import strategies as st

KINDS = ["?", "<i1", "<i8", ">i4", "<u2", "<f2", "<f4", "<f8", ">f8", "<f16", "<c8", "<c16"]
KINDS += ["<U3", ">U2", "S4"]


def refuse(*args):
    """There are plain values only."""
    raise Malformed("not plain")


def there_and_back(value):
    """What comes of a value on the other side."""
    packer = Packer(refuse)
    node = json.loads(json.dumps(packer.pack(value)))
    return Unpacker([bytearray(b) for b in packer.buffers], refuse).unpack(node)


def same(a, b):
    """Whether two values are equal, in type and content, NaN too."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.generic):  # of long doubles, tolist() makes no floats
        return a.dtype == b.dtype and bool(a == b or (a != a and b != b))
    if isinstance(a, np.ndarray):
        if (a.dtype, a.shape) != (b.dtype, b.shape):
            return False
        return all(map(same, a.ravel().tolist(), b.ravel().tolist()))
    if isinstance(a, float):
        return a == b or (a != a and b != b)
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return a == b


# --- plain values -------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
numbers = st.integers() | st.floats() | st.complex_numbers() | st.integers(-(2**70), 2**70)
keys = st.none() | st.booleans() | texts | st.binary(max_size=20) | st.integers()


@st.composite
def arrays(draw):
    """Arrays of all kinds that cross, of zero to three dimensions, some of them empty."""
    kind = np.dtype(draw(st.sampled_from(KINDS)))
    shape = tuple(draw(st.lists(st.integers(0, 3), max_size=3)))
    values = np.random.default_rng(draw(st.integers(0, 99))).integers(-9, 9, size=shape)
    array = np.asarray(values).astype(kind)
    return np.asfortranarray(array) if draw(st.booleans()) else array


leaves = keys | numbers | arrays() | arrays().map(lambda a: a.ravel()[0] if a.size else None)
values = st.recursive(
    leaves | st.sets(keys) | st.frozensets(keys) | st.just(...) | st.just(slice(1, None, 2)),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(keys, inner),
    max_leaves=20,
)


@given(values)
def test_plain_values_come_as_they_were_sent(value):
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3)])
def test_arrays_of_every_kind_and_shape_come_as_they_were_sent(kind, shape):
    array = np.arange(math.prod(shape)).reshape(shape).astype(kind)
    came = there_and_back(array)
    assert same(came, array) and type(came) is np.ndarray
    assert came.flags.writeable


def test_arrays_keep_the_order_of_their_memory_and_whether_they_may_be_written():
    fortran = np.asfortranarray(np.ones((2, 3)))
    assert there_and_back(fortran).flags.f_contiguous
    fixed = np.ones(3)
    fixed.flags.writeable = False
    assert not there_and_back(fixed).flags.writeable
    assert same(
        there_and_back(np.arange(12).reshape(3, 4)[::2, ::-1]),
        np.arange(12).reshape(3, 4)[::2, ::-1],
    )


def test_what_is_the_same_object_stays_the_same_object():
    array, inner = np.arange(3), [1]
    a, (b, c), d = there_and_back([array, (array, inner), inner])
    assert a is b and c is d


def test_arrays_of_objects_hold_what_they_held():
    array = np.empty((2, 2), object)
    array[0, 0], array[0, 1], array[1, 0] = [1, 2], np.arange(3), "text"
    came = there_and_back(array)
    assert came.shape == (2, 2) and came[0, 0] == [1, 2] and came[1, 1] is None
    assert same(came[0, 1], array[0, 1])


@pytest.mark.parametrize("value", [True, 7, 2**80, 1.5, "text", 2j, b"bytes"])
def test_what_is_derived_from_a_plain_type_comes_as_that_type(value):
    if type(value) is bool:
        return
    derived = type(
        "Derived", (type(value),), {"__eq__": lambda self, other: True, "__hash__": None}
    )
    assert type(there_and_back(derived(value))) is type(value)


@pytest.mark.slow
def test_tensors_come_as_they_were_sent():
    import torch

    for tensor in [
        torch.arange(6).reshape(2, 3),
        torch.zeros(0, 2),
        torch.tensor(True),
        torch.randn(3, dtype=torch.complex64).conj(),
    ]:
        came = there_and_back(tensor)
        assert torch.equal(came, tensor) and came.dtype == tensor.dtype
    assert there_and_back(torch.ones(2, requires_grad=True)).requires_grad
    with pytest.raises(Malformed):
        there_and_back(torch.ones(2, dtype=torch.bfloat16))


# --- values that would mislead or weigh too much ------------------------------------------------


def unpack(node, *buffers):
    return Unpacker([bytearray(b) for b in buffers], refuse).unpack(node)


def test_a_truth_value_is_true_or_false_whatever_its_byte_is():
    came = unpack({"t": "array", "d": "|b1", "s": [3], "b": 0}, b"\x00\x02\xff")
    assert came.tolist() == [False, True, True] and (came == (came == True)).all()  # noqa: E712
    assert bytes(came) == b"\x00\x01\x01"


def test_text_is_unicode_whatever_its_bytes_are():
    codes = struct.pack("<3I", 0xFFFFFFFF, 0xD800, ord("a"))
    assert unpack({"t": "array", "d": "<U3", "s": [1], "b": 0}, codes).tolist() == ["??a"]
    assert unpack("a\ud800b") == "a?b"


@given(st.binary(min_size=16, max_size=16))
def test_every_pattern_of_bits_is_a_number_that_can_be_printed(data):
    for kind, shape in [("<f16", [1]), ("<c16", [1]), ("<f2", [8]), ("<f8", [2])]:
        came = unpack({"t": "array", "d": kind, "s": shape, "b": 0}, data)
        with np.errstate(all="ignore"):
            assert str(came) and str(came + came) and str(came.sum())


def test_a_buffer_is_taken_once():
    node = {"t": "bytes", "b": 0}
    assert unpack(node, b"x" * 100) == b"x" * 100
    with pytest.raises(Malformed):
        unpack({"t": "list", "v": [node, node]}, b"x" * 100)


def nested(depth):
    node = 1
    for _ in range(depth):
        node = {"t": "tuple", "v": [node]}
    return node


def test_depth_is_limited_on_both_sides():
    assert unpack(nested(crossing.DEPTH))
    with pytest.raises(Malformed, match="nested too deeply"):
        unpack(nested(crossing.DEPTH + 10))
    value = []
    value.append(value)
    with pytest.raises(Malformed, match="nested too deeply"):
        there_and_back(value)


def test_depth_cannot_be_had_by_pointing_back():
    """Python would crash at the hash of such a tuple."""
    items = [{"t": "tuple", "v": []}]
    items += [{"t": "tuple", "v": [{"t": "again", "v": i}]} for i in range(100_000)]
    with pytest.raises(Malformed, match="nested too deeply"):
        unpack({"t": "set", "v": items})


def test_size_cannot_be_had_by_pointing_back():
    """To walk through this would take 2**50 steps."""
    items = [{"t": "tuple", "v": [1]}]
    items += [{"t": "tuple", "v": [{"t": "again", "v": i}] * 2} for i in range(50)]
    with pytest.raises(Malformed, match="too large"):
        unpack({"t": "list", "v": items})


def test_count_is_limited_on_both_sides():
    with pytest.raises(Malformed, match="too large"):
        unpack({"t": "list", "v": [0] * (crossing.COUNT + 1)})
    for value in ([0] * (crossing.COUNT + 1), range(10**9), np.empty(10**7, object)):
        if isinstance(value, range):
            with pytest.raises(Malformed):
                there_and_back(value)
        else:
            with pytest.raises(Malformed, match="too large"):
                Packer(refuse).pack(value)


def test_bytes_are_limited_also_of_arrays_that_take_no_memory():
    endless = np.broadcast_to(np.float64(0), (10**6, 10**6))
    for value in (endless, b"x" * 2000, [np.zeros(60), np.zeros(60), np.zeros(60)]):
        with pytest.raises(Malformed, match="too large"):
            Packer(refuse, most=1000).pack(value)


@pytest.mark.parametrize(
    "node",
    [
        {"t": "int", "v": "f" * 5000},
        {"t": "int", "v": 7},
        {"t": "complex", "v": [1, 2, 3]},
        {"t": "scalar", "d": "<f8", "b": 7},
        {"t": "scalar", "d": "O", "b": 0},
        {"t": "array", "d": "|O8", "s": [1], "b": 0},
        {"t": "array", "d": "<M8", "s": [1], "b": 0},
        {"t": "array", "d": "<f8", "s": [2], "b": 0},
        {"t": "array", "d": "<f8", "s": [-1], "b": 0},
        {"t": "array", "d": "<f8", "s": [1] * 40, "b": 0},
        {"t": "array", "d": "<f8", "s": [True], "b": 0},
        {"t": "array", "d": "<U0", "s": [2**40], "b": 0},
        {"t": "objects", "s": [2**62, 0], "v": [1]},
        {"t": "dict", "v": [[[], 1]]},
        {"t": "dict", "v": [[{"t": "list", "v": []}, 1]]},
        {"t": "dict", "v": [[1]]},
        {"t": "set", "v": [{"t": "list", "v": []}]},
        {"t": "range", "v": [0, 2**80, 1]},
        {"t": "range", "v": [0, 1, 0]},
        {"t": "again", "v": 0},
        {"t": "again", "v": True},
        {"t": "pickle", "b": 0},
        {"t": ["list"], "v": []},
        {"v": 1},
        [],
    ],
)
def test_what_breaks_the_rules_is_malformed(node):
    with pytest.raises(Malformed):
        unpack(node, b"12345678")


@pytest.mark.slow
def test_equal_hashes_can_be_interrupted():
    """All of these numbers have the hash 0: a set of them takes n**2 steps."""
    import signal

    def ring(number, frame):
        raise KeyboardInterrupt

    modulus = 2**61 - 1
    items = [{"t": "int", "v": hex(i * modulus)} for i in range(1, 100_000)]
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, 1)
    try:
        with pytest.raises(KeyboardInterrupt):
            unpack({"t": "set", "v": items})
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


# --- any nodes, any bytes -----------------------------------------------------------------------

JUNK = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = ["again", "int", "complex", "scalar", "bytes", "ellipsis", "range", "slice", "array"]
NAMES += ["objects", "dict", "list", "tuple", "set", "frozenset", "handle", "pickle", "function"]
SHAPES = st.lists(st.integers(-1, 3) | st.just(2**62), max_size=3)
nodes = st.recursive(
    JUNK,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
        | st.fixed_dictionaries(
            {"t": st.sampled_from(NAMES)},
            optional={
                "v": inner
                | st.lists(inner, max_size=4)
                | st.lists(st.lists(inner, min_size=2, max_size=2)),
                "d": st.sampled_from([*KINDS, "|b1", "<U0", "O", "<f7"]),
                "s": SHAPES | inner,
                "b": st.integers(-1, 3) | inner,
                "w": JUNK,
                "f": JUNK,
                "id": st.integers() | inner,
                "type": inner,
                "repr": inner,
                "call": JUNK,
            },
        )
    ),
    max_leaves=30,
)


@settings(max_examples=1000)
@given(nodes, st.lists(st.binary(max_size=32), max_size=3))
def test_any_node_is_a_value_or_malformed(node, buffers):
    try:
        value = unpack(node, *buffers)
    except Malformed:
        return
    assert same(there_and_back(value), value)


def message(head, *buffers):
    sizes = [len(b) for b in buffers]
    return (
        struct.pack(f"<II{len(sizes)}Q", len(head), len(sizes), *sizes) + head + b"".join(buffers)
    )


def received(data, **limits):
    """What is received of these bytes, after which the other side ends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        return receive(ours, **limits)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error_that_is_known(data):
    try:
        received(data)
    except (Malformed, Closed):
        pass


@given(nodes, st.lists(st.binary(max_size=9), max_size=3), st.data())
def test_a_message_that_was_changed_is_one_or_an_error_that_is_known(node, buffers, data):
    sent = bytearray(message(json.dumps({"v": node}).encode(), *buffers))
    for _ in range(data.draw(st.integers(0, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    try:
        head, came = received(bytes(sent))
    except (Malformed, Closed):
        return
    assert type(head) is dict and len(came) <= len(sent)


def test_messages_come_as_they_were_sent():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        send(theirs, {"a": [1, "µ", float("inf")]}, [b"", b"12"])
        assert receive(ours) == ({"a": [1, "µ", float("inf")]}, [b"", b"12"])


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<IIQ", 2, 1, 2**60) + b"{}",
        struct.pack("<II", 2, 2**32 - 1),
        struct.pack("<II", 2**32 - 1, 0),
        struct.pack("<II2Q", 2, 2, 600, 600) + b"{}",
    ],
)
def test_what_is_announced_too_large_is_not_waited_for(data):
    with pytest.raises(Malformed, match="too large"):
        received(data, most=1000)


@pytest.mark.parametrize(
    "head", [b"[]", b"1", b"{", b"\xff", b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_what_is_no_json_object_is_malformed(head):
    with pytest.raises(Malformed):
        received(message(head))


def test_a_deadline_holds_for_a_side_that_says_nothing_or_a_byte_at_a_time():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(TimedOut):
            receive(ours, time.monotonic() + 0.05)
        stop = threading.Event()

        def drip():
            while not stop.wait(
                0.05
            ):  # four bytes at most, of the eight that a message begins with
                theirs.send(b"\x01")

        thread = threading.Thread(target=drip)
        thread.start()
        with pytest.raises(TimedOut):
            receive(ours, time.monotonic() + 0.2)
        stop.set()
        thread.join()


def test_a_deadline_holds_for_a_side_that_does_not_read():
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimedOut):
        send(ours, {}, [bytes(10 << 20)], time.monotonic() + 0.05)


def test_the_end_of_the_other_side_is_told():
    ours, theirs = socket.socketpair()
    theirs.close()
    with ours:
        with pytest.raises(Closed):
            receive(ours)
        with pytest.raises(Closed):
            send(ours, {}, [bytes(10 << 20)])


# --- the judge's side as a whole ----------------------------------------------------------------


class NoContainer:
    """A container whose processes are sockets of ours."""

    limits = Limits(answer=1000)

    def kill(self, pid):
        assert 1 < pid < 1 << 22


heads = st.fixed_dictionaries(
    {},
    optional={
        "r": st.sampled_from(["ok", "error", "callback"]) | JUNK,
        "v": nodes,
        "changed": nodes | st.lists(st.tuples(st.integers(-1, 3) | JUNK, nodes)),
        "said": nodes | st.lists(st.tuples(st.sampled_from(["stdout", "stderr", "exit"]), JUNK)),
        "kinds": nodes
        | st.lists(
            st.sampled_from(
                ["ValueError", "KeyError", "SystemExit", "object", "Mine", "UnicodeDecodeError"]
            )
        ),
        "text": nodes,
        "trace": nodes,
        "cpu": JUNK,
        "pid": JUNK,
        "id": st.integers(-1, 2) | JUNK,
        "outputs": nodes,
    },
)


@settings(max_examples=600)
@given(
    st.lists(st.tuples(heads, st.lists(st.binary(max_size=16), max_size=2)), max_size=4),
    st.integers(0, 3),
)
def test_whatever_a_process_answers_the_judge_gets_a_value_or_an_error_of_python(answers, action):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for head, buffers in answers:
            theirs.sendall(message(json.dumps(head).encode(), *buffers))
        theirs.shutdown(socket.SHUT_WR)
        process = Process(NoContainer(), ours)
        process.deadline = time.monotonic() + 600
        actions = [
            lambda: process.call(0, (np.arange(3), [1, {}], lambda x: x), {"key": {1}}),
            lambda: process.look_up(["f", "g"]),
            lambda: process.run_cell("1", 1),
            lambda: Handle(process, 0, "text", Handle).attribute,
        ]
        try:
            value = actions[action]()
        except (StudentError, StudentProcessDied, CellTimeoutError):
            return
        except Exception as error:
            assert type(error).__module__ == "builtins" and type(error) is not MemoryError
            assert hasattr(error, "of_student") or isinstance(error, ValueError | TypeError)
            return
        assert value is None or str(value) is not None
