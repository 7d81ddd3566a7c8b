"""IsingDataset holds the MDS-2 spins bit for bit, labels them by their physics, works with torch's
tools, and refuses a damaged file."""

import copy
import hashlib
import importlib.util
import pickle
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Subset, random_split

from ai4mat_ising import datasets
from ai4mat_ising.datasets import IsingDataset

ROOT = Path(__file__).parents[2]

# SHA-256 of spins (int8) and temperatures (float64), from what mdsdata 0.1.5 loads;
# tools/pack_mds2.py prints them.
CONTENT = {
    "light": (
        "1705247f3761615af4a4cdb407b408e362081fa5550ed4a8e31fb3fefdfca79e",
        "15cebf0b2cb7f50e0e34d8e9f35dba6f5dc4413b80cf2895107f0d263f78bd5f",
    ),
    "full": (
        "502243969eeae56cec163d5df6cf4c4389bd112b054ec89b5bccbcec21cb10e8",
        "cf5c442c7a557088f2617d340af09266de0ef2c5dd8374195ed05de3833ffa7d",
    ),
}


@pytest.fixture(scope="module", params=["light", "full"])
def dataset(request):
    return IsingDataset(size=request.param)


@pytest.fixture(scope="module")
def light():
    return IsingDataset()


def sha256(array):
    return hashlib.sha256(array.tobytes()).hexdigest()


def mean_abs_magnetization(spins):
    return np.abs(spins.mean(axis=(1, 2), dtype=float)).mean()


# --- what it holds ---------------------------------------------------------------------------


@pytest.mark.parametrize("name, side", [("light", 16), ("full", 64)])
def test_arrays_have_the_documented_shapes_and_dtypes(name, side):
    data = IsingDataset(size=name)
    assert (len(data), data.size, data.source) == (5000, side, "mds2")
    assert (data.spins.dtype, data.spins.shape) == (np.int8, (5000, side, side))
    assert (data.temperatures.dtype, data.temperatures.shape) == (np.float64, (5000,))
    assert (data.labels.dtype, data.labels.shape) == (np.int64, (5000,))
    assert np.unique(data.spins).tolist() == [-1, 1]
    assert isinstance(data.Tc, float) and data.Tc == pytest.approx(2.269185314213022, rel=1e-15)


@pytest.mark.parametrize("name", ["light", "full"])
def test_spins_and_temperatures_are_those_of_mdsdata(name):
    data = IsingDataset(size=name)
    assert (sha256(data.spins), sha256(data.temperatures)) == CONTENT[name]


def test_integers_and_names_give_the_same_data(light):
    for size in (16, np.int64(16)):
        np.testing.assert_array_equal(IsingDataset(size=size).spins, light.spins)
    assert IsingDataset(64).size == 64


@pytest.mark.parametrize(
    "name, m_cold, e_cold", [("light", 0.50, -1.73), ("full", 0.23, -1.86)]
)
def test_cold_configurations_are_stuck_quenches(name, m_cold, e_cold):
    """In equilibrium |m| would be 1 and the energy -2; these numbers do not depend on packing."""
    data = IsingDataset(size=name)
    spins = data.spins[data.temperatures < 0.5].astype(int)
    neighbours = np.roll(spins, 1, axis=1) + np.roll(spins, 1, axis=2)
    assert mean_abs_magnetization(spins) == pytest.approx(m_cold, abs=0.005)
    assert -(spins * neighbours).mean() == pytest.approx(e_cold, abs=0.005)


def test_temperatures_cover_zero_to_twice_tc_once_each(dataset):
    T = dataset.temperatures
    assert 0 < T.min() < 0.01 and 4.5 < T.max() < 2 * dataset.Tc
    assert len(np.unique(T)) == 5000


def test_both_sizes_are_sorted_by_temperature_in_opposite_ways(light):
    """The docstring warns of it, because the first 4000 would be no fair training set."""
    assert (np.diff(light.temperatures) < 0).all()
    np.testing.assert_array_equal(IsingDataset("full").temperatures, light.temperatures[::-1])


# --- labels ----------------------------------------------------------------------------------


def test_label_1_is_below_tc(dataset):
    np.testing.assert_array_equal(dataset.labels == 1, dataset.temperatures < dataset.Tc)
    assert np.bincount(dataset.labels).tolist() == [2493, 2507]


def test_the_ordered_class_has_the_larger_magnetization(dataset):
    ordered = mean_abs_magnetization(dataset.spins[dataset.labels == 1])
    disordered = mean_abs_magnetization(dataset.spins[dataset.labels == 0])
    assert ordered > 2 * disordered


# --- items -----------------------------------------------------------------------------------


def test_an_item_is_an_image_of_0_and_1_with_its_label(dataset):
    for i in (0, 1234, 4999):
        x, y = dataset[i]
        assert (x.dtype, x.shape) == (torch.float32, (1, dataset.size, dataset.size))
        assert (y.dtype, y.shape) == (torch.int64, ())
        np.testing.assert_array_equal(2 * x[0].numpy() - 1, dataset.spins[i])
        assert y.item() == dataset.labels[i]


def test_images_are_all_items_stacked(light):
    images = light.images()
    assert (images.dtype, images.shape) == (torch.float32, (5000, 1, 16, 16))
    assert torch.equal(images, torch.stack([x for x, _ in light]))


def test_images_can_be_changed_without_changing_the_dataset(light):
    light.images().zero_()
    light[0][0].zero_()
    assert light.images().sum() > 0 and sha256(light.spins) == CONTENT["light"][0]


@pytest.mark.parametrize("index", [np.int64(3), np.uint8(3), torch.tensor(3), -4997])
def test_any_integer_is_an_index(light, index):
    assert torch.equal(light[index][0], light[3][0])


@pytest.mark.parametrize("index", [5000, -5001])
def test_an_index_past_the_end_raises(light, index):
    with pytest.raises(IndexError):
        light[index]


@pytest.mark.parametrize("index", [slice(0, 3), [0, 1], np.arange(2), 1.0, "0", None])
def test_an_index_that_is_no_integer_raises(light, index):
    with pytest.raises(TypeError, match="index must be an integer"):
        light[index]


def test_transforms_see_image_and_label_of_every_item():
    data = IsingDataset(
        transform=lambda x: 2 * x - 1, target_transform=lambda y: "ordered" if y == 1 else "not"
    )
    x, y = data[-1]
    np.testing.assert_array_equal(x[0].numpy(), data.spins[-1])
    assert y == "ordered"
    assert data.images().min() == 0, "images() promises no transforms"


def test_options_after_source_are_keywords():
    with pytest.raises(TypeError):
        IsingDataset("light", "mds2", abs)


@pytest.mark.parametrize("name", ["spins", "temperatures", "labels"])
def test_arrays_are_read_only(light, name):
    for data in (light, copy.deepcopy(light), pickle.loads(pickle.dumps(light, protocol=2))):
        with pytest.raises(ValueError, match="read-only"):
            getattr(data, name)[0] = 0


def test_repr_says_what_is_inside(light):
    for part in ("16x16", "mds2", "5000", "2507 ordered", "2493 disordered", "2.2692"):
        assert part in repr(light)


# --- with torch's tools ----------------------------------------------------------------------


@pytest.mark.parametrize("workers", [0, 2])
def test_dataloader_delivers_everything_once(light, workers):
    batches = list(DataLoader(light, batch_size=512, num_workers=workers))
    assert torch.equal(torch.cat([x for x, _ in batches]), light.images())
    np.testing.assert_array_equal(torch.cat([y for _, y in batches]).numpy(), light.labels)


def test_dataloader_applies_transforms():
    data = IsingDataset(transform=lambda x: x + 5, target_transform=lambda y: y + 7)
    x, y = next(iter(DataLoader(data, batch_size=8)))
    assert torch.equal(x, data.images()[:8] + 5)
    np.testing.assert_array_equal(y.numpy(), data.labels[:8] + 7)


def test_random_split_and_subset_keep_image_and_label_together(light):
    split = random_split(light, [4000, 1000], generator=torch.Generator().manual_seed(0))
    assert sorted(split[0].indices + split[1].indices) == list(range(5000))
    for part in (*split, Subset(light, [7, 4000])):
        x, y = part[1]
        i = part.indices[1]
        assert torch.equal(x, light[i][0]) and y == light[i][1]


def test_pickling_gives_the_same_dataset(light):
    again = pickle.loads(pickle.dumps(light))
    assert repr(again) == repr(light) and torch.equal(again.images(), light.images())
    np.testing.assert_array_equal(again.labels, light.labels)


def test_loading_leaves_the_global_random_state_alone():
    before = pickle.dumps(np.random.get_state()), torch.get_rng_state()
    IsingDataset().images()
    assert pickle.dumps(np.random.get_state()) == before[0]
    assert torch.equal(torch.get_rng_state(), before[1])


def test_loading_needs_no_network():
    """A fresh process without sockets, so that nothing loaded earlier can help."""
    program = (
        "import socket\n"
        "def refuse(*args, **kwargs): raise OSError('network')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse\n"
        "from ai4mat_ising.datasets import IsingDataset\n"
        "print(len(IsingDataset('light')) + len(IsingDataset('full')))\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert result.stdout == "10000\n", result.stderr


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", ["medium", "16", "", 0, -16, 32, 16.5, True, None, [16]])
def test_a_wrong_size_is_refused_by_a_message_that_lists_what_exists(size):
    with pytest.raises(ValueError, match=r"size must be 'light' \(or 16.*'full' \(or 64.*got"):
        IsingDataset(size=size)


@pytest.mark.parametrize("source", ["nb20", "MDS2", "", None, 2, ["mds2"]])
def test_a_wrong_source_is_refused_by_a_message_that_lists_what_exists(source):
    with pytest.raises(ValueError, match="source must be 'mds2', got"):
        IsingDataset(source=source)


# --- damaged files ---------------------------------------------------------------------------


@pytest.fixture
def data_folder(tmp_path, monkeypatch):
    """A private copy of the data files, which the package reads instead of its own."""
    for name in datasets.MDS2_SHA256:
        shutil.copy(datasets.DATA_FOLDER / name, tmp_path)
    monkeypatch.setattr(datasets, "DATA_FOLDER", tmp_path)
    IsingDataset("light"), IsingDataset("full")
    return tmp_path


def assert_refused(size="light"):
    with pytest.raises(ValueError, match=r"mds2_\d\d.npz is damaged: .* must be .*, got .*install"):
        IsingDataset(size)


@pytest.mark.parametrize("name, size", [("mds2_16.npz", "light"), ("mds2_64.npz", "full")])
def test_a_flipped_bit_anywhere_is_refused(data_folder, name, size):
    path = data_folder / name
    good = path.read_bytes()
    random = np.random.default_rng(0).integers(len(good), size=100).tolist()
    # Both ends hold the archive's own fields, some of which no reader would miss.
    for position in [*range(40), *range(len(good) - 40, len(good)), *random]:
        bad = bytearray(good)
        bad[position] ^= 1 << position % 8
        path.write_bytes(bad)
        assert_refused(size)


@pytest.mark.parametrize("keep", [0, 1, 1000, 144571])
def test_a_truncated_or_empty_file_is_refused(data_folder, keep):
    path = data_folder / "mds2_16.npz"
    path.write_bytes(path.read_bytes()[:keep])
    assert_refused()


def test_a_file_with_something_appended_is_refused(data_folder):
    with open(data_folder / "mds2_16.npz", "ab") as file:
        file.write(b"\0")
    assert_refused()


def test_another_valid_archive_is_refused(data_folder):
    """The other size's file, and one that holds a pickle, which must never be opened."""
    shutil.copy(data_folder / "mds2_64.npz", data_folder / "mds2_16.npz")
    assert_refused()
    np.savez(data_folder / "mds2_16.npz", packed_spins=np.array([object()]), temperatures=[1.0])
    assert_refused()
    (data_folder / "mds2_16.npz").write_text("version https://git-lfs.github.com/spec/v1\n")
    assert_refused()


def test_pickles_are_not_read_even_from_a_file_with_the_right_sum(data_folder, monkeypatch):
    path = data_folder / "mds2_16.npz"
    np.savez(path, packed_spins=np.array([object()]), temperatures=[1.0])
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    monkeypatch.setattr(datasets, "MDS2_SHA256", sums)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        IsingDataset()


def test_a_missing_file_is_named(data_folder):
    (data_folder / "mds2_16.npz").unlink()
    with pytest.raises(FileNotFoundError, match=r"mds2_16.npz is missing; install"):
        IsingDataset()
    assert len(IsingDataset("full")) == 5000


# --- how the files come to be ----------------------------------------------------------------


def test_the_package_ships_data_and_licence():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["tool"]["setuptools"]["package-data"]["ai4mat_ising"] == ["data/*"]
    assert "ai4mat_ising/data/LICENSE-mdsdata" in project["project"]["license-files"]
    assert "Stefan Sandfeld" in (datasets.DATA_FOLDER / "LICENSE-mdsdata").read_text()


@pytest.fixture(scope="module")
def packer():
    spec = importlib.util.spec_from_file_location("pack_mds2", ROOT / "tools" / "pack_mds2.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_the_script_writes_is_what_the_dataset_reads(packer, data_folder, monkeypatch):
    images = 255 * np.random.default_rng(1).integers(2, size=(30, 16, 16))
    path = data_folder / "mds2_16.npz"
    packer.write(path, packer.up_spins(images), np.linspace(0.1, 4.5, 30))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    monkeypatch.setattr(datasets, "MDS2_SHA256", sums)
    data = IsingDataset()
    np.testing.assert_array_equal(data.spins == 1, images == 255)
    np.testing.assert_array_equal(data.temperatures, np.linspace(0.1, 4.5, 30))


def test_the_script_writes_the_same_bytes_twice(packer, tmp_path):
    up = np.random.default_rng(2).random((50, 16, 16)) < 0.5
    for name in ("a.npz", "b.npz"):
        packer.write(tmp_path / name, up, np.arange(50.0))
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_the_script_refuses_images_with_gray_and_labels_against_temperature(packer):
    with pytest.raises(ValueError, match="0 and 255"):
        packer.up_spins(np.array([[[0, 255], [254, 0]]]))
    with pytest.raises(ValueError, match="labels"):
        packer.check_labels(np.array([1, 0]), np.array([1.0, 3.0]))


@pytest.mark.parametrize("installed", ["none", "0.1.4"])
def test_the_script_says_which_mdsdata_it_needs(packer, monkeypatch, installed):
    def version(name):
        if installed == "none":
            raise packer.metadata.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(packer.metadata, "version", version)
    with pytest.raises(SystemExit, match=f"needs mdsdata 0.1.5, found {installed}"):
        packer.require_mdsdata()
