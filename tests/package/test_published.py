"""The reader of notebook 20's pickle gives back the array of any pickle that holds one, refuses
every other file by an error that says why, and runs nothing that a file asks for."""

import functools
import operator
import os
import pickle
import struct
import subprocess
import tracemalloc

import numpy as np
import pytest

from ai4mat_ising import exact
from ai4mat_ising.published import read_published, read_summary

SHAPE = (60, 8)
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
RANDOM = np.random.default_rng(0).integers(256, size=SHAPE, dtype=np.uint8)


@pytest.fixture
def read(tmp_path):
    """Returns a function that reads bytes as a file."""

    def read(content, shape=SHAPE):
        path = tmp_path / "spins.pkl"
        path.write_bytes(content)
        return read_published(path, shape)

    return read


def refused(read, content, match):
    with pytest.raises(ValueError, match=match) as error:
        read(content)
    assert "spins.pkl: expected a pickled NumPy array of uint8 of shape (60, 8)" in str(error.value)


# --- arrays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "array",
    [
        RANDOM,
        RANDOM.ravel(),
        np.asfortranarray(RANDOM),
        RANDOM[:, ::-1],
        np.zeros_like(RANDOM),
        np.full_like(RANDOM, 255),
        np.frombuffer(RANDOM.tobytes(), dtype=np.uint8),
    ],
    ids=["rows", "flat", "columns", "strided", "zeros", "ones", "read-only"],
)
def test_every_pickle_of_the_array_is_read(read, protocol, array):
    found = read(pickle.dumps(array, protocol))
    assert (found.dtype, found.shape) == (np.uint8, SHAPE)
    np.testing.assert_array_equal(found, array.reshape(SHAPE))


def as_numpy_1_wrote(content):
    """The pickle with the modules' old names; in protocols 4 and 5 their lengths come first."""
    if content[:2] >= b"\x80\x04":
        content = content[:2] + content[11:]  # without the frame, which is counted, too
    for module in ("multiarray", "numeric"):
        new, old = f"numpy._core.{module}".encode(), f"numpy.core.{module}".encode()
        content = content.replace(bytes([len(new)]) + new, bytes([len(old)]) + old)
        content = content.replace(b"c" + new, b"c" + old)
    return content


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickles_of_numpy_1_are_read(read, protocol):
    content = as_numpy_1_wrote(pickle.dumps(RANDOM, protocol))
    assert b"numpy.core" in content and b"_core" not in content
    np.testing.assert_array_equal(read(content), RANDOM)


# What Python 2.7's cPickle wrote of a uint8 array of shape (2, 5), protocols 0, 1 and 2.
PYTHON_2 = [
    b"cnumpy.core.multiarray\n_reconstruct\np1\n(cnumpy\nndarray\np2\n(I0\ntp3\nS'b'\ntRp4\n"
    b"(I1\n(I2\nI5\ntp5\ncnumpy\ndtype\np6\n(S'u1'\np7\nI0\nI1\ntp8\nRp9\n(I3\nS'|'\nNNNI-1\nI-1\n"
    b'I0\ntp10\nbI00\nS"\\x00\\n\'\\\\\\x7f\\x80\\xffab\\x1a"\np11\ntb.',
    b"cnumpy.core.multiarray\n_reconstruct\nq\x01(cnumpy\nndarray\nq\x02(K\x00tq\x03U\x01btRq\x04("
    b"K\x01(K\x02K\x05tq\x05cnumpy\ndtype\nq\x06(U\x02u1q\x07K\x00K\x01tq\x08Rq\t(K\x03U\x01|NNN"
    b"J\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\nbI00\nU\n\x00\n'\\\x7f\x80\xffab\x1aq\x0btb.",
    b"\x80\x02cnumpy.core.multiarray\n_reconstruct\nq\x01cnumpy\nndarray\nq\x02K\x00\x85q\x03"
    b"U\x01b\x87Rq\x04(K\x01K\x02K\x05\x86q\x05cnumpy\ndtype\nq\x06U\x02u1q\x07K\x00K\x01\x87q\x08"
    b"Rq\t(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\nb\x89"
    b"U\n\x00\n'\\\x7f\x80\xffab\x1aq\x0btb.",
]


@pytest.mark.parametrize("content", PYTHON_2)
def test_pickles_of_python_2_are_read(read, content):
    expected = [[0, 10, 39, 92, 127], [128, 255, 97, 98, 26]]
    np.testing.assert_array_equal(pickle.loads(content, encoding="latin1"), expected)
    np.testing.assert_array_equal(read(content, (2, 5)), expected)


# --- other content -----------------------------------------------------------------------------


class Array:
    """Is pickled as an array, with one part replaced."""

    def __init__(self, **replaced):
        self.replaced = replaced

    def __reduce__(self):
        function, arguments, state = RANDOM.__reduce__()
        parts = dict(zip(("version", "shape", "dtype", "fortran", "data"), state))
        return function, arguments, tuple((parts | self.replaced).values())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "content, match",
    [
        (RANDOM[:-1], r"shape is \(59, 8\)"),
        (np.vstack([RANDOM, RANDOM]), r"shape is \(120, 8\)"),
        (RANDOM.T.copy(), r"shape is \(8, 60\)"),
        (RANDOM.reshape(60, 2, 4), r"shape is \(60, 2, 4\)"),
        (np.zeros((0, 8), dtype=np.uint8), "asks for|shape is"),
        (RANDOM.astype(np.int8), "dtype is 'i1'"),
        (RANDOM.astype(bool), "dtype is 'b1'"),
        (RANDOM.astype(float), "dtype is 'f8'|got a file of"),
        (RANDOM.astype(object), "dtype is 'O8'"),
        (np.zeros(SHAPE, dtype="u1,u1"), "dtype is 'V2'"),
        ([1, 2, 3], "object of type list"),
        (None, "object of type NoneType"),
        (b"bytes", "object of type bytes|asks for"),
        (np.dtype("u1"), "object of type _Type"),
    ],
)
def test_a_pickle_of_something_else_is_refused(read, protocol, content, match):
    refused(read, pickle.dumps(content, protocol), match)


@pytest.mark.parametrize(
    "data",
    [
        RANDOM.tobytes()[:-1],
        RANDOM.tobytes() + b"a",
        b"",
        "",
        [1],
        None,
    ],
)
def test_an_array_that_holds_more_or_less_than_its_shape_is_refused(read, data):
    content = pickle.dumps(Array(data=data))
    if data is None:
        refused(read, content, "damaged")
    else:
        refused(read, content, f"it holds {len(data)} bytes")


def test_a_masked_array_is_refused_by_name(read):
    refused(read, pickle.dumps(np.ma.array(RANDOM)), r"asks for numpy\.ma\.core\._mareconstruct")


@pytest.mark.parametrize("content", [b"", b"\0", b"no pickle\n", b"PK\x03\x04", b"\x80\xff.", b"."])
def test_a_file_that_is_no_pickle_is_refused(read, content):
    refused(read, content, "got a damaged pickle or another kind of file")


def test_something_after_the_array_is_refused(read):
    refused(read, pickle.dumps(RANDOM) + b"\0", "something follows the array")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_truncated_file_is_refused(read, protocol):
    content = pickle.dumps(RANDOM, protocol)
    for length in range(0, len(content), 7):
        refused(read, content[:length], ", (but it|got a damaged) ")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_changed_byte_gives_an_array_or_a_clear_error(read, protocol):
    """A pickle has no checksum: what is within the spins cannot be noticed."""
    content, random = pickle.dumps(RANDOM, protocol), np.random.default_rng(protocol)
    for position in random.permutation(len(content))[:200]:
        changed = bytearray(content)
        changed[position] = random.integers(256)
        try:
            found = read(bytes(changed))
        except ValueError as error:
            assert "expected a pickled NumPy array" in str(error)
        else:
            assert (found.dtype, found.shape) == (np.uint8, SHAPE)
            assert (found != RANDOM).sum() <= 2  # the byte may have changed how another is spelt


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="spins.pkl"):
        read_published(tmp_path / "spins.pkl", SHAPE)
    with pytest.raises(IsADirectoryError):
        read_published(tmp_path, SHAPE)


# --- sizes that a file only claims -------------------------------------------------------------


def peak_memory_of_refusing(read, content):
    tracemalloc.start()
    refused(read, content, "got a damaged pickle or|its shape|it holds|got a file")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


@pytest.mark.parametrize(
    "opcode, length",
    [
        (pickle.BINBYTES, "<I"),
        (pickle.BINBYTES8, "<Q"),
        (pickle.BYTEARRAY8, "<Q"),
        (pickle.BINUNICODE, "<I"),
        (pickle.BINUNICODE8, "<Q"),
        (pickle.BINSTRING, "<i"),
        (pickle.LONG4, "<i"),
        (pickle.FRAME, "<Q"),
    ],
)
@pytest.mark.parametrize("bits", [28, 31, 32, 40, 62, 64])
def test_content_that_is_only_claimed_takes_no_memory(read, opcode, length, bits):
    largest = {"<I": 32, "<i": 31, "<Q": 64}[length]
    claim = struct.pack(length, 2 ** min(bits, largest) - 1)
    assert peak_memory_of_refusing(read, b"\x80\x05" + opcode + claim + b"ab.") < 2**20


@pytest.mark.parametrize("opcode", [b"r\xff\xff\xff\xff", b"p4294967295\n"])
def test_a_huge_number_in_the_memo_takes_no_memory(read, opcode):
    assert peak_memory_of_refusing(read, b"\x80\x02N" + opcode + b".") < 2**20


@pytest.mark.parametrize("rows", [61, 10**9, 10**12, 10**30, 10**5000], ids="abcde")
@pytest.mark.parametrize("protocol", [2, 5])
def test_a_shape_that_is_only_claimed_takes_no_memory(read, rows, protocol):
    class Claim:
        def __reduce_ex__(self, protocol):
            if protocol < 5:
                function, arguments, state = RANDOM.__reduce__()
                return function, arguments, (1, (rows, 8), *state[2:])
            function, arguments = RANDOM.__reduce_ex__(5)
            return function, (arguments[0], arguments[1], (rows, 8), "C")

    assert peak_memory_of_refusing(read, pickle.dumps(Claim(), protocol)) < 2**20


def test_a_file_that_is_far_too_long_is_not_even_read(tmp_path):
    path = tmp_path / "spins.pkl"
    with open(path, "wb") as file:
        file.truncate(10**11)  # takes no space on the disk
    with pytest.raises(ValueError, match="got a file of 100000000000 bytes"):
        read_published(path, SHAPE)


# --- pickles that would run something ----------------------------------------------------------


class Call:
    """Is pickled as a call."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.fixture(
    params=[
        "os.system",
        "eval",
        "exec",
        "compile and run",
        "subprocess",
        "import",
        "partial",
        "methodcaller",
        "numpy.load",
        "numpy.save",
        "numpy.testing",
        "numpy.f2py",
        "ndarray.tofile",
        "memmap",
    ]
)
def attack(request, tmp_path):
    """Something that makes a file when it is unpickled, and the file."""
    mark = tmp_path / "mark"
    code = f"__import__('os').system(\"touch '{mark}'\")"
    (tmp_path / "nested.pkl").write_bytes(pickle.dumps(Call(exec, code)))
    if request.param == "numpy.testing":
        from numpy.testing._private.utils import runstring
    if request.param == "numpy.f2py":
        from numpy.f2py.crackfortran import myeval
    return {
        "os.system": lambda: Call(os.system, f"touch '{mark}'"),
        "eval": lambda: Call(eval, code),
        "exec": lambda: Call(exec, code),
        "compile and run": lambda: Call(exec, Call(compile, code, "file", "exec")),
        "subprocess": lambda: Call(subprocess.check_output, ["touch", str(mark)]),
        "import": lambda: Call(
            operator.call, Call(getattr, Call(__import__, "os"), "mkdir"), str(mark)
        ),
        "partial": lambda: Call(operator.call, functools.partial(exec, code)),
        "methodcaller": lambda: Call(operator.call, operator.methodcaller("touch"), mark),
        "numpy.load": lambda: Call(np.load, str(tmp_path / "nested.pkl"), None, True),
        "numpy.save": lambda: Call(np.savetxt, str(mark), RANDOM),
        "numpy.testing": lambda: Call(runstring, code, {}),
        "numpy.f2py": lambda: Call(myeval, code, {}, {}),
        "ndarray.tofile": lambda: Call(np.ndarray.tofile, RANDOM, str(mark)),
        "memmap": lambda: Call(np.memmap, str(mark), np.uint8, "w+", 0, (10,)),
    }[request.param](), mark


def assert_runs_nothing(read, content, mark):
    """What `pickle.loads` runs, the reader refuses by name."""
    pickle.loads(content)
    assert mark.exists(), "this attack must work on pickle.loads"
    mark.rmdir() if mark.is_dir() else mark.unlink()
    refused(read, content, r"asks for [\w.]+, which such an array does not need: refused, and")
    assert not mark.exists()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_pickle_that_would_run_something_runs_nothing(read, attack, protocol):
    content, mark = attack
    assert_runs_nothing(read, pickle.dumps(content, protocol), mark)


@pytest.mark.parametrize("part", ["version", "shape", "dtype", "fortran", "data"])
def test_a_call_hidden_in_an_array_does_not_run(read, tmp_path, part):
    mark = tmp_path / "mark"
    content = pickle.dumps(Array(**{part: Call(os.system, f"touch '{mark}'")}), 2)
    refused(read, content, r"asks for posix\.system")
    assert not mark.exists()


def test_a_call_hidden_in_an_array_of_objects_does_not_run(read, tmp_path):
    mark = tmp_path / "mark"
    array = np.array([Call(os.system, f"touch '{mark}'")], dtype=object)
    assert_runs_nothing(read, pickle.dumps(array), mark)


def test_a_call_after_the_array_does_not_run(read, tmp_path):
    mark = tmp_path / "mark"
    attack = Call(os.system, f"touch '{mark}'")
    assert_runs_nothing(read, pickle.dumps((RANDOM, attack)), mark)
    assert_runs_nothing(read, pickle.dumps({"a": attack, "b": RANDOM}), mark)
    refused(read, pickle.dumps(RANDOM) + pickle.dumps(attack), "something follows the array")
    assert not mark.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"(S'touch %s'\nios\nsystem\n.",  # INST
        b"(cos\nsystem\nS'touch %s'\no.",  # OBJ
        b"cos\nsystem\n(S'touch %s'\ntR.",
        b"\x80\x04\x8c\x02os\x8c\x06system\x93(S'touch %s'\ntR.",
    ],
)
def test_every_way_to_call_is_closed(read, tmp_path, content):
    mark = tmp_path / "mark"
    assert_runs_nothing(read, content % str(mark).encode(), mark)


@pytest.mark.parametrize(
    "module, name",
    [
        ("numpy", "ndarray.tofile"),
        ("numpy.ndarray", "tofile"),
        ("numpy", "core"),
        ("numpy._core.multiarray", "_reconstruct.__globals__"),
        ("numpy", "dtype.__class__"),
        ("numpy", "fromfile"),
        ("numpy._core.multiarray", "scalar"),
        ("_codecs", "decode"),
        ("builtins", "bytearray"),
        ("ai4mat_ising.published", "ADMITTED"),
    ],
)
def test_names_near_the_admitted_ones_are_refused(read, module, name):
    words = b"".join(b"\x8c" + bytes([len(word)]) + word.encode() for word in (module, name))
    refused(read, b"\x80\x04" + words + b"\x93.", f"asks for {module}.{name}, which such")


@pytest.mark.parametrize(
    "content, match",
    [
        (b"Pname\n.", "persistent"),
        (b"N\x80\x02Q.", "persistent"),
        (b"\x80\x02\x82\xf0.", "unregistered extension"),
    ],
)
def test_references_to_the_outside_are_refused(read, content, match):
    refused(read, content, match)


@pytest.mark.parametrize(
    "name",
    [
        b"c_codecs\nencode\n",
        b"cnumpy\ndtype\n",
        b"cnumpy\nndarray\n",
        b"cnumpy._core.numeric\n_frombuffer\n",
    ],
)
@pytest.mark.parametrize("state", [b"(dS'code'\nS'f8'\ns", b"(N(dS'__init__'\nS'f8'\nst"])
def test_a_pickle_leaves_nothing_behind_for_the_next(read, name, state):
    refused(read, name + state + b"b.", "got a damaged pickle or another kind of file")
    np.testing.assert_array_equal(read(pickle.dumps(RANDOM, 2)), RANDOM)
    np.testing.assert_array_equal(read(pickle.dumps(RANDOM, 5)), RANDOM)


def test_the_summary_of_the_published_data_is_sound_and_says_what_the_book_says():
    summary = read_summary()
    np.testing.assert_array_equal(summary["T"], np.arange(1, 17) / 4)
    assert (summary["n"] == 10_000).all()
    # On the torus the energy is that of the bonds; the two were measured apart.
    np.testing.assert_allclose(summary["e"], -2 * summary["g1"], atol=2e-6)
    sigmas = (summary["e"] - exact.energy(summary["T"], L=40)) / summary["e_err"].clip(1e-6)
    assert np.abs(sigmas[summary["T"] < 2.2]).max() < 3 and sigmas[summary["T"] > 2.4].min() > 5
