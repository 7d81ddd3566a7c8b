"""`ai4mat-ising data` writes files that the package and NumPy read, describes them, answers --help
at once, and says in one line what is wrong with a command, without touching a file."""

import os
import pickle
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from ai4mat_ising import cli
from ai4mat_ising.datasets import IsingDataset

ROOT = Path(__file__).parents[2]
QUENCH = [
    "--source",
    "quench",
    "--size",
    "8",
    "--temperatures",
    "3.0",
    "1.5",
    "--samples-per-temperature",
    "5",
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder that commands run in; its subfolder is the cache."""
    monkeypatch.setenv("AI4MAT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys):
    """Returns a function that runs a command and returns its status, output and errors."""

    def run(*words):
        try:
            status = cli.main(["data", *map(str, words)])
        except SystemExit as leaving:  # argparse leaves so
            status = leaving.code
        return status, *capsys.readouterr()

    return run


def refused(run, *words):
    """The message of a command that fails as commands should."""
    status, output, errors = run(*words)
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith("ai4mat-ising") and "error: " in errors and "Traceback" not in errors
    return errors


# --- generate ----------------------------------------------------------------------------------


@pytest.mark.slow
def test_generate_writes_what_the_dataset_holds(run):
    status, output, errors = run("generate", *QUENCH, "-o", "my.npz")
    assert (status, errors) == (0, "")
    assert output == (
        "my.npz: 10 configurations of 8x8 spins, 2 temperatures from T = 1.5000 to 3.0000\n"
    )
    data = IsingDataset(8, "quench", temperatures=[3.0, 1.5], samples_per_temperature=5)
    with np.load("my.npz", allow_pickle=False) as file:
        assert sorted(file.files) == ["labels", "spins", "temperatures"]
        for name in file.files:
            np.testing.assert_array_equal(file[name], getattr(data, name))
            assert file[name].dtype == getattr(data, name).dtype


def test_what_generate_wrote_is_a_source(run):
    run("generate", *QUENCH, "--output", "my.npz")
    written, data = (
        IsingDataset(source="my.npz"),
        IsingDataset(8, "quench", temperatures=[3.0, 1.5], samples_per_temperature=5),
    )
    np.testing.assert_array_equal(written.spins, data.spins)
    np.testing.assert_array_equal(written.labels, data.labels)


@pytest.mark.slow
def test_the_file_is_compressed(run, folder):
    run("generate", "--source", "mds2", "--size", "full", "-o", "my.npz")
    assert (folder / "my.npz").stat().st_size < 5000 * 64 * 64 / 5
    np.testing.assert_array_equal(IsingDataset(source="my.npz").spins, IsingDataset("full").spins)


def test_a_file_can_be_a_source(run):
    run("generate", *QUENCH, "-o", "my.npz")
    status, _, _ = run("generate", "--source", "my.npz", "--temperatures", "1.5", "-o", "part.npz")
    assert status == 0 and IsingDataset(source="part.npz").temperatures.tolist() == [1.5] * 5


def test_nothing_is_overwritten_unless_told(run, folder):
    (folder / "my.npz").write_bytes(b"precious")
    assert "must be a new file, got my.npz; --force overwrites it" in refused(
        run, "generate", *QUENCH, "-o", "my.npz"
    )
    assert (folder / "my.npz").read_bytes() == b"precious"
    assert run("generate", *QUENCH, "-o", "my.npz", "--force")[0] == 0
    assert len(IsingDataset(source="my.npz")) == 10


@pytest.mark.parametrize(
    "words, message",
    [
        (["--source", "nothing"], "source must be 'mds2'"),
        (["--source", "none.npz"], "No such file or directory: 'none.npz'"),
        (["--source", "quench", "--size", "2"], "size must be 'light'"),
        (["--source", "quench", "--size", "-5"], "size must be 'light'"),
        (["--source", "quench", "--size", "big"], "size must be 'light'"),
        (["--source", "quench", "--temperatures", "2", "nan"], "temperatures must be a positive"),
        (["--source", "quench", "--temperatures", "2", "hot"], "invalid float value: 'hot'"),
        (
            ["--source", "quench", "--samples-per-temperature", "0"],
            "must be an integer of at least 1",
        ),
        (["--source", "quench", "--samples-per-temperature", "1e3"], "invalid int value: '1e3'"),
        (["--source", "mds2", "--temperatures", "2"], "must be left out for source 'mds2'"),
        (
            ["--source", "nb20", "--samples-per-temperature", "10001"],
            "at most the number in the sour",
        ),
        (
            [
                "--source",
                "quench",
                "--temperatures",
                "2",
                "--samples-per-temperature",
                "1" + "0" * 15,
            ],
            "Unable to allocate",
        ),
        (["--seed", "3", "--source", "quench"], "unrecognized arguments: --seed 3"),
        ([], "the following arguments are required: --source"),
    ],
)
def test_a_wrong_command_is_refused_in_one_line_and_writes_nothing(run, folder, words, message):
    assert message in refused(run, "generate", *words, "-o", "my.npz")
    assert list(folder.glob("my*")) == []


@pytest.mark.parametrize(
    "output, message",
    [
        ("my.txt", "must end in .npz, got my.txt"),
        ("nowhere/my.npz", "the folder of the output must exist, got nowhere"),
    ],
)
def test_a_wrong_output_is_refused_before_the_work_is_done(run, folder, output, message):
    assert message in refused(run, "generate", *QUENCH, "-o", output)
    assert list(folder.iterdir()) == []


def test_a_command_needs_an_output_and_a_name():
    for words in (["data", "generate", "--source", "mds2"], ["data"], []):
        with pytest.raises(SystemExit, match="2"):
            cli.main(words)


@pytest.mark.parametrize(
    "error, status, message",
    [
        (OSError(28, "No space left on device"), 2, "error: [Errno 28] No space left on device"),
        (KeyboardInterrupt(), 130, "interrupted"),
    ],
)
def test_a_failure_while_writing_leaves_the_old_file_and_no_other(
    run, folder, monkeypatch, error, status, message
):
    def fail(*names):
        raise error

    (folder / "my.npz").write_bytes(b"precious")
    monkeypatch.setattr(os, "fsync", fail)
    found, output, errors = run("generate", "--source", "mds2", "--force", "-o", "my.npz")
    assert (found, output, errors) == (status, "", f"ai4mat-ising: {message}\n")
    assert [path.name for path in folder.iterdir()] == ["my.npz"]
    assert (folder / "my.npz").read_bytes() == b"precious"


# --- info --------------------------------------------------------------------------------------


def test_info_lists_the_sets_in_the_cache(run, folder):
    cache = folder / "cache"
    assert run("info") == (0, f"{cache}: no sets\n", "")
    IsingDataset(8, "quench", temperatures=[3.0, 1.5], samples_per_temperature=5)
    assert run("info")[1].startswith(f"{cache}: 1 set\n")
    IsingDataset(6, "quench")
    status, output, errors = run("info")
    first, second, third = output.splitlines()
    assert (status, errors, first) == (0, "", f"{cache}: 2 sets")
    assert second.startswith("quench-L6-") and third.startswith("quench-L8-")
    assert second.endswith(
        ": 5000 configurations of 6x6 spins, 5000 temperatures from T = 0.0005 to 4.5379, 0.07 MB"
    )
    assert ": 10 configurations of 8x8 spins, 2 temperatures from T = 1.5000 to 3.0000" in third


def test_info_says_which_set_is_damaged(run, folder):
    IsingDataset(8, "quench", temperatures=1.5)
    IsingDataset(6, "quench", temperatures=1.5)
    (path,) = (folder / "cache").glob("quench-L8-*.npz")
    path.write_bytes(path.read_bytes()[:-300])
    status, output, _ = run("info")
    assert status == 0 and f"{path} must hold a set, undamaged, got" in output
    assert "of 6x6 spins" in output


@pytest.mark.slow
def test_info_describes_files(run, folder):
    run("generate", *QUENCH, "-o", "my.npz")
    (cached,) = (folder / "cache").glob("*.npz")
    (folder / "all.pkl").write_bytes(pickle.dumps(np.zeros(32_000_000, dtype=np.uint8)))
    content = "10 configurations of 8x8 spins, 2 temperatures from T = 1.5000 to 3.0000"
    published = "160000 configurations of 40x40 spins, 16 temperatures from T = 0.2500 to 4.0000"
    assert run("info", "my.npz", cached, "all.pkl") == (
        0,
        f"my.npz: {content}\n{cached}: {content}\nall.pkl: {published}\n",
        "",
    )


@pytest.mark.parametrize(
    "name, message",
    [
        ("none.npz", "No such file or directory: 'none.npz'"),
        ("bad.npz", "bad.npz must be an npz file of spins and temperatures, got a damaged file"),
        ("bad.pkl", "bad.pkl: expected a pickled"),
        ("bad.txt", "source must be a file whose name ends in .pkl or .npz"),
    ],
)
def test_info_on_a_file_that_it_cannot_read_fails_in_one_line(run, folder, name, message):
    if name != "none.npz":
        (folder / name).write_text("something else")
    assert message in refused(run, "info", name)


# --- help --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, contents",
    [
        ([], ["data", "generate", "info"]),
        (["data"], ["generate", "info", "list the sets in the cache folder"]),
        (["data", "generate"], ["--source", "--force", "examples:", "numpy.load"]),
        (["data", "info"], ["AI4MAT_CACHE", "examples:"]),
    ],
)
def test_help_says_what_there_is(capsys, words, contents):
    with pytest.raises(SystemExit, match="0"):
        cli.main([*words, "--help"])
    output = capsys.readouterr().out
    assert all(content in output for content in contents)
    assert max(map(len, output.splitlines())) <= 100


def test_every_example_of_the_help_is_a_command_that_parses():
    text = "".join(cli.EXAMPLES.values()).replace("\\\n", "")
    commands = [line.split() for line in text.splitlines() if "ai4mat-ising data" in line]
    assert len(commands) == 5
    for command in commands:
        assert callable(cli._parser().parse_args(command[1:]).command)


def test_the_command_is_installed_under_its_name():
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, function = scripts["ai4mat-ising"].split(":")
    assert getattr(import_module(module), function) is cli.main


def test_a_process_ends_with_the_status():
    program = "import sys; from ai4mat_ising.cli import main; sys.exit(main(['data', 'info', 'x']))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.returncode == 2 and result.stderr.startswith("ai4mat-ising: error: [Errno 2]")
