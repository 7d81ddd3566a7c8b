"""A generated set is kept once and read back as it was: whatever happens to its file, whoever else
is at work, and whether or not the folder can be written."""

import errno
import io
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from dataclasses import replace

import filelock
import numpy as np
import pytest

from ai4mat_ising import cache, files
from ai4mat_ising.cache import Recipe, cache_folder, load_or_generate, stored_recipe
from ai4mat_ising.packing import pack_spins

RECIPE = Recipe("equilibrium", 5, np.array([2.0, 1.0, 3.5]), 40)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A cache folder of the test's own, that does not exist yet."""
    monkeypatch.setenv("AI4MAT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that even a small set takes many."""
    monkeypatch.setattr(cache, "BLOCK", 64)


def random_spins(recipe, seed=0):
    shape = (recipe.n, recipe.L, recipe.L)
    return np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), shape)


class Generator:
    """Stands for a sampler, and counts its calls."""

    def __init__(self, seed=0):
        self.seed, self.calls = seed, 0

    def __call__(self, recipe):
        self.calls += 1
        return pack_spins(random_spins(recipe, self.seed))


def must_not_generate(recipe):
    raise AssertionError("the set was to be read from its file")


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


def path_of(recipe=RECIPE):
    return cache_folder() / recipe.file_name


def names(folder):
    """Files in the cache, without the locks."""
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


# --- what a set is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"source": "quench"},
        {"L": 6},
        {"samples_per_temperature": 41},
        {"temperatures": np.array([1.0, 2.0, 3.5])},
        {"temperatures": np.array([2.0, 1.0, np.nextafter(3.5, 4)])},
    ],
)
def test_another_set_has_another_seed_and_another_file(change):
    other = replace(RECIPE, **change)
    assert other.seed != RECIPE.seed and other.file_name != RECIPE.file_name


def test_a_new_version_of_the_samplers_has_new_sets(monkeypatch):
    seed, name = RECIPE.seed, RECIPE.file_name
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    assert RECIPE.seed != seed and RECIPE.file_name != name


def test_no_set_has_a_seed_that_somebody_would_choose():
    assert min(replace(RECIPE, L=L).seed for L in range(3, 200)) > 2**64


def test_the_file_name_can_be_read(folder):
    assert RECIPE.file_name.startswith("equilibrium-L5-") and len(RECIPE.file_name) == 27


@pytest.mark.parametrize("variable", [None, ""])
def test_without_the_variable_sets_are_in_the_users_cache_folder(monkeypatch, variable):
    monkeypatch.setattr(cache.platformdirs, "user_cache_path", lambda name: f"/home/{name}")
    monkeypatch.delenv("AI4MAT_CACHE")
    if variable is not None:
        monkeypatch.setenv("AI4MAT_CACHE", variable)
    assert str(cache_folder()) == "/home/ai4mat-ising"


def test_the_variable_may_name_a_folder_in_the_home(monkeypatch):
    monkeypatch.setenv("HOME", "/home/ann")
    monkeypatch.setenv("AI4MAT_CACHE", "~/sets")
    assert str(cache_folder()) == "/home/ann/sets"


# --- writing and reading -----------------------------------------------------------------------


def test_a_set_is_generated_once_and_read_back_as_it_was(folder, caplog):
    generate = Generator()
    first, second = load_or_generate(RECIPE, generate), load_or_generate(RECIPE, generate)
    np.testing.assert_array_equal(first, random_spins(RECIPE))
    np.testing.assert_array_equal(second, first)
    assert generate.calls == 1 and names(folder) == [RECIPE.file_name] and not warnings(caplog)


@pytest.mark.parametrize("rows", [[7], [119, 0, 60, 61, 3], np.arange(120)[::-1], slice(30, 70)])
def test_chosen_rows_come_in_the_order_asked_for(rows):
    expected = random_spins(RECIPE)[rows]
    for generate in (Generator(), must_not_generate):  # from the sampler, then from the file
        np.testing.assert_array_equal(load_or_generate(RECIPE, generate, rows), expected)


def test_the_file_is_a_plain_npz_of_packed_spins(folder):
    load_or_generate(RECIPE, Generator())
    with np.load(path_of(), allow_pickle=False) as file:
        np.testing.assert_array_equal(file["packed_spins"], pack_spins(random_spins(RECIPE)))
        np.testing.assert_array_equal(file["temperatures"], RECIPE.temperatures)
        assert file["samples_per_temperature"] == 40
        assert str(file["description"]) == RECIPE.description


def test_a_file_tells_which_set_it_is(folder):
    load_or_generate(RECIPE, Generator())
    assert stored_recipe(path_of()).description == RECIPE.description


def peak_memory(action):
    """Bytes that were allocated at most while it ran."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("samples", [20, 200, 1000])
def test_reading_takes_no_more_memory_than_the_part(monkeypatch, samples):
    """Beside the part are 2^18 bytes of the file and the spins in them, eight times as many."""
    monkeypatch.setattr(cache, "BLOCK", 2**18)
    recipe = Recipe("nb20", 40, np.arange(1, 17) / 4, 1000)
    load_or_generate(recipe, Generator())
    rows = np.concatenate([np.arange(start, start + samples) for start in range(0, 16000, 1000)])
    peak = peak_memory(lambda: load_or_generate(recipe, must_not_generate, rows))
    assert peak < 1.02 * len(rows) * 40**2 + 11 * 2**18


# --- damaged files -----------------------------------------------------------------------------


@pytest.fixture
def damage(folder, monkeypatch, caplog):
    """Returns a function that puts a file in place of the set's and reads the set.

    The set generated instead differs, so that it shows which of the two came back; it must be one
    of them, and a rebuild must be announced in one line and leave a good file.
    """
    monkeypatch.setattr(os, "fsync", lambda number: None)
    load_or_generate(RECIPE, Generator())
    good, kept, rebuilt = path_of().read_bytes(), random_spins(RECIPE), random_spins(RECIPE, seed=1)

    def read(content):
        caplog.clear()
        path_of().write_bytes(content)
        generate = Generator(seed=1)
        spins = load_or_generate(RECIPE, generate)
        np.testing.assert_array_equal(spins, rebuilt if generate.calls else kept)
        assert len(warnings(caplog)) == generate.calls
        np.testing.assert_array_equal(load_or_generate(RECIPE, must_not_generate), spins)
        return generate.calls == 1

    read.good = good
    return read


def test_an_undamaged_file_is_used(damage):
    assert not damage(damage.good)


@pytest.mark.slow
def test_a_flipped_bit_is_noticed_or_harmless(damage):
    """Anywhere in the file: harmless are dates and other fields that nobody reads."""
    rng, rebuilt = np.random.default_rng(0), 0
    for position in rng.permutation(len(damage.good))[:500]:
        content = bytearray(damage.good)
        content[position] ^= 1 << rng.integers(8)
        rebuilt += damage(content)
    assert rebuilt > 350


def test_every_flipped_bit_of_the_spins_is_noticed(damage):
    start = damage.good.index(pack_spins(random_spins(RECIPE)).tobytes())
    for position in range(start, start + 120 * 4, 7):
        content = bytearray(damage.good)
        content[position] ^= 1 << position % 8
        assert damage(content)


@pytest.mark.slow
def test_every_truncated_file_is_noticed(damage):
    for length in range(0, len(damage.good), 11):
        assert damage(damage.good[:length])


def test_many_changed_bytes_are_noticed(damage):
    rng = np.random.default_rng(1)
    for _ in range(100):
        content = np.frombuffer(damage.good, dtype=np.uint8).copy()
        content[rng.integers(len(content), size=20)] = rng.integers(256, size=20)
        damage(content.tobytes())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0" * 5000,
        b"no archive",
        b"version https://git-lfs.github.com/spec/v1\n",
        b"PK\x05\x06" + b"\0" * 18,
    ],
)
def test_something_else_in_place_of_the_file_is_noticed(damage, content):
    assert damage(content)


def npz(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        {"packed_spins": np.zeros((119, 4), dtype=np.uint8)},
        {"packed_spins": np.zeros((121, 4), dtype=np.uint8)},
        {"packed_spins": np.zeros((120, 4), dtype=np.int8)},
        {"packed_spins": np.zeros((120, 4), dtype=np.uint8, order="F")},
        {"packed_spins": np.array([object()])},
        {"description": np.array([object()])},
        {"temperatures": np.array([1.0, 2.0, 3.5])},
    ],
)
def test_other_arrays_are_noticed(damage, change):
    good = RECIPE.metadata() | {"packed_spins": np.zeros((120, 4), dtype=np.uint8)}
    assert damage(npz(**good | change))


def test_a_missing_array_is_noticed(damage):
    assert damage(npz(packed_spins=np.zeros((120, 4), dtype=np.uint8)))


def test_the_file_of_another_set_under_this_name_is_noticed(damage, folder):
    other = replace(RECIPE, temperatures=np.array([2.0, 1.0, 3.0]))
    load_or_generate(other, Generator(seed=2))
    assert damage(path_of(other).read_bytes())


def test_a_compressed_file_is_not_decompressed(damage):
    """So nothing in a file can make it grow in memory."""
    good = RECIPE.metadata() | {"packed_spins": pack_spins(random_spins(RECIPE))}
    assert damage(npz(np.savez_compressed, **good))


def with_member(content, name, change):
    """The file with one of its members changed, its checksum, too."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for member in old.namelist():
            data = old.read(member)
            new.writestr(member, change(data) if member == f"{name}.npy" else data)
    return file.getvalue()


@pytest.mark.parametrize("name", [*RECIPE.metadata(), "packed_spins"])
def test_an_array_with_something_behind_it_is_noticed(damage, name):
    """Its checksum would be that of more than has been read."""
    assert damage(with_member(damage.good, name, lambda data: data + b"\0"))


@pytest.mark.parametrize(
    "name, dtype, shape",
    [
        ("packed_spins", "|u1", (10**9, 4)),
        ("packed_spins", "|u1", (10**12, 4)),
        ("temperatures", "<f8", (10**9,)),
        ("description", "<U1000000000", ()),
        ("samples_per_temperature", "<i8", (10**9,)),
    ],
)
def test_an_array_that_claims_to_be_huge_takes_no_memory(damage, name, dtype, shape):
    claim = io.BytesIO()
    header = {"descr": dtype, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(claim, header)
    content = with_member(damage.good, name, lambda data: claim.getvalue() + bytes(1000))
    results = []
    assert peak_memory(lambda: results.append(damage(content))) < 2**20
    assert results == [True]


def test_a_set_that_may_not_be_read_is_generated_again(folder, monkeypatch, caplog):
    load_or_generate(RECIPE, Generator())

    def refuse(path, mode):
        if mode == "rb":
            raise PermissionError(errno.EACCES, "Permission denied")
        return open(path, mode)

    monkeypatch.setattr(cache, "open", refuse, raising=False)
    np.testing.assert_array_equal(load_or_generate(RECIPE, Generator(1)), random_spins(RECIPE, 1))
    assert len(warnings(caplog)) == 1 and "Permission denied" in caplog.text


def test_the_warning_names_the_file_and_what_happens(damage, caplog):
    damage(damage.good[:-1])
    (line,) = warnings(caplog)
    assert str(path_of()) in line and "generated again" in line and "\n" not in line


@pytest.mark.parametrize("content", [b"", b"no archive", npz(spins=np.ones(3))])
def test_a_file_of_no_set_does_not_tell_which_it_is(tmp_path, content):
    path = tmp_path / "file.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="file.npz must hold a set, undamaged, got"):
        stored_recipe(path)


def test_a_damaged_file_does_not_tell_which_set_it_is(damage):
    content = bytearray(damage.good)
    content[damage.good.index(pack_spins(random_spins(RECIPE)).tobytes())] ^= 1
    path_of().write_bytes(content)
    with pytest.raises(ValueError, match="must hold a set, undamaged, got"):
        stored_recipe(path_of())


def test_a_file_of_another_version_says_that_it_may_be_deleted(folder, monkeypatch):
    load_or_generate(RECIPE, Generator())
    path = path_of()
    monkeypatch.setattr(cache, "VERSION", cache.VERSION + 1)
    with pytest.raises(ValueError, match="of another version, which is not used and may"):
        stored_recipe(path)


# --- where it cannot be written ----------------------------------------------------------------


def assert_only_warned(caplog, folder):
    """The set comes all the same, in one line it says why it is not kept, and nothing remains."""
    np.testing.assert_array_equal(load_or_generate(RECIPE, Generator()), random_spins(RECIPE))
    (line,) = warnings(caplog)
    assert str(path_of()) in line and "cannot be written" in line and "\n" not in line
    assert not folder.is_dir() or names(folder) == []


def test_a_folder_that_cannot_be_made_costs_only_time(folder, caplog):
    folder.write_text("a file where the folder should be")
    assert_only_warned(caplog, folder)


def test_a_read_only_folder_costs_only_time(folder, caplog, monkeypatch):
    def refuse(path, mode):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(files, "open", refuse, raising=False)
    assert_only_warned(caplog, folder)


def test_a_full_disk_costs_only_time(folder, caplog):
    """A limit on the size of files stops the writing in the midst of it, as a full disk does."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, limits[1]))
    try:
        assert_only_warned(caplog, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_ctrl_c_while_writing_leaves_nothing_behind(folder, monkeypatch, function):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(os, function, interrupted)
        with pytest.raises(KeyboardInterrupt):
            load_or_generate(RECIPE, Generator())
    assert names(folder) == []
    np.testing.assert_array_equal(load_or_generate(RECIPE, Generator()), random_spins(RECIPE))


def test_ctrl_c_while_generating_leaves_neither_a_file_nor_the_lock(folder, monkeypatch):
    def interrupted(recipe):
        raise KeyboardInterrupt

    monkeypatch.setattr(cache, "PATIENCE", 0)
    with pytest.raises(KeyboardInterrupt):
        load_or_generate(RECIPE, interrupted)
    assert names(folder) == []
    with filelock.FileLock(f"{path_of()}.lock", timeout=0):
        pass


def test_a_failed_rebuild_leaves_the_old_file(folder, monkeypatch):
    """Another process may know better what to do with it."""
    load_or_generate(RECIPE, Generator())
    path_of().write_bytes(b"damaged")
    monkeypatch.setattr(os, "replace", lambda *names: (_ for _ in ()).throw(OSError(28, "full")))
    load_or_generate(RECIPE, Generator())
    assert path_of().read_bytes() == b"damaged" and names(folder) == [RECIPE.file_name]


# --- several processes -------------------------------------------------------------------------


PROGRAM = """
import os, sys, time
import numpy as np
from ai4mat_ising.cache import Recipe, load_or_generate
from ai4mat_ising.packing import pack_spins

folder, number, seconds, hang = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4]
recipe = Recipe("equilibrium", 5, np.array([2.0, 1.0, 3.5]), 40)

def say(word):
    open(os.path.join(folder, word + number), "x").close()

def generate(recipe):
    say("generating")
    time.sleep(seconds)
    spins = np.random.default_rng(0).choice(np.array([-1, 1], dtype=np.int8), (recipe.n, 5, 5))
    return pack_spins(spins)

def hanging(number):
    say("writing")
    time.sleep(600)

if hang:
    os.fsync = hanging
spins = load_or_generate(recipe, generate)
np.save(os.path.join(folder, "spins" + number), spins)
"""


@pytest.fixture
def start(tmp_path):
    """Start the program above as a process of its own; none outlives the test."""
    started = []

    def start(number, seconds=0.0, hang=""):
        words = [sys.executable, "-c", PROGRAM, str(tmp_path), str(number), str(seconds), hang]
        started.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stderr.close()


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None, f"{path.name} has not appeared: {process.stderr.read()}"
        time.sleep(0.01)


def finish(process):
    assert process.communicate()[1] == "" and process.returncode == 0


@pytest.mark.slow
def test_of_three_processes_one_generates_and_all_have_the_set(start, tmp_path, folder):
    processes = [start(number, seconds=1) for number in range(3)]
    for process in processes:
        finish(process)
    assert len(list(tmp_path.glob("generating*"))) == 1
    for number in range(3):
        spins = np.load(tmp_path / f"spins{number}.npy")
        np.testing.assert_array_equal(spins, random_spins(RECIPE))
    assert names(folder) == [RECIPE.file_name]


def test_when_the_one_that_generates_is_killed_another_takes_over(start, tmp_path):
    first = start(1, seconds=600)
    wait_for(tmp_path / "generating1", first)
    second = start(2)
    time.sleep(0.5)  # so that it waits for the first
    assert not (tmp_path / "generating2").exists()
    first.send_signal(signal.SIGKILL)
    finish(second)
    np.testing.assert_array_equal(np.load(tmp_path / "spins2.npy"), random_spins(RECIPE))


def test_what_a_process_killed_while_writing_left_is_no_set_and_is_removed(start, tmp_path, folder):
    killed = start(1, hang="hang")
    wait_for(tmp_path / "writing1", killed)
    killed.kill()
    killed.wait()
    (leftover,) = names(folder)
    assert leftover.endswith(".tmp")
    generate = Generator()
    np.testing.assert_array_equal(load_or_generate(RECIPE, generate), random_spins(RECIPE))
    assert generate.calls == 1 and names(folder) == [RECIPE.file_name]


@pytest.fixture
def no_lock(monkeypatch):
    """A file system without locks."""

    def refuse(number, operation):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", refuse)


def test_without_locks_the_set_is_the_same(no_lock, folder, caplog):
    np.testing.assert_array_equal(load_or_generate(RECIPE, Generator()), random_spins(RECIPE))
    np.testing.assert_array_equal(load_or_generate(RECIPE, must_not_generate), random_spins(RECIPE))
    assert not warnings(caplog)


def test_without_locks_files_that_another_process_may_be_writing_stay(no_lock, folder):
    folder.mkdir()
    other = folder / f"{RECIPE.file_name}.0123.tmp"
    other.write_bytes(b"being written")
    load_or_generate(RECIPE, Generator())
    assert names(folder) == sorted([RECIPE.file_name, other.name])


def test_files_being_written_for_other_sets_stay(folder):
    folder.mkdir()
    other = folder / f"{replace(RECIPE, L=6).file_name}.0123.tmp"
    other.write_bytes(b"being written")
    load_or_generate(RECIPE, Generator())
    assert other.exists()


def test_nobody_waits_for_ever(folder, monkeypatch):
    """A process that hangs with the lock in its hands."""
    monkeypatch.setattr(cache, "PATIENCE", 0.2)
    folder.mkdir()
    held, done = threading.Event(), threading.Event()

    def hold():
        with filelock.FileLock(f"{path_of()}.lock"):
            held.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(60)
    try:
        np.testing.assert_array_equal(load_or_generate(RECIPE, Generator()), random_spins(RECIPE))
    finally:
        done.set()
        thread.join()
    assert path_of().exists()


def test_a_set_that_is_there_is_read_without_a_lock(folder, no_lock):
    load_or_generate(RECIPE, Generator())
    for path in folder.glob("*.lock"):
        path.unlink()
    load_or_generate(RECIPE, must_not_generate)
    assert list(folder.glob("*.lock")) == []
