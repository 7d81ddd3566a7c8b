"""IsingDataset holds the MDS-2 spins bit for bit, generates the other sets once and reads files of
theirs, labels all by their physics, works with torch's tools, and refuses a damaged file."""

import contextlib
import copy
import hashlib
import importlib.util
import pickle
import shutil
import subprocess
import sys
import tomllib
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Subset, TensorDataset, random_split

from ai4mat_ising import cache, datasets, sampling
from ai4mat_ising.cache import Recipe
from ai4mat_ising.datasets import NB20, IsingDataset, images_of
from ai4mat_ising.exact import critical_temperature, energy, heat_capacity
from ai4mat_ising.observables import energy_per_spin, magnetization
from ai4mat_ising.packing import pack_spins
from ai4mat_ising.sampling import sample_equilibrium, sample_quench

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


@pytest.fixture(autouse=True, scope="module")
def nb20_folder(tmp_path_factory):
    """A cache folder of these tests' own, which keeps notebook 20's set from test to test."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AI4MAT_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def empty_cache(tmp_path, monkeypatch, nb20_folder):
    """Every other test begins with an empty one."""
    monkeypatch.setenv("AI4MAT_CACHE", str(tmp_path / "cache"))


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


@pytest.mark.parametrize("name, m_cold, e_cold", [("light", 0.50, -1.73), ("full", 0.23, -1.86)])
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
    for part in (
        "16x16",
        "mds2",
        "5000 configurations",
        "5000 temperatures",
        "2507 ordered",
        "2493 disordered",
        "2.2692",
    ):
        assert part in repr(light)


# --- with torch's tools ----------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:This DataLoader will create")  # on a machine of one core
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


@pytest.mark.slow
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


# --- images of any data set --------------------------------------------------------------------


def test_images_of_a_tensor_a_tensor_dataset_and_parts_of_parts_are_those_at_their_indices(light):
    x = light.images()
    part = Subset(Subset(light, range(10, 30)), np.array([3, 1, 3]))
    for data, expected in [
        (x, x),
        (TensorDataset(x, torch.zeros(5000)), x),
        (light, x),
        (part, x[[13, 11, 13]]),
        (Subset(Subset(x, range(10, 30)), [3, 1, 3]), x[[13, 11, 13]]),
        (Subset(TensorDataset(x), torch.tensor([7])), x[[7]]),
        (Subset(light, []), x[:0]),
    ]:
        assert torch.equal(images_of(data), expected)
    assert torch.equal(images_of(part), torch.stack([image for image, _ in part]))


class Doubled(IsingDataset):
    def __getitem__(self, index):
        return 2 * super().__getitem__(index)[0]


class DoubledPart(Subset):
    def __getitem__(self, index):
        return 2 * super().__getitem__(index)[0]

    def __getitems__(self, indices):  # torch refuses a subclass without it
        return [self[i] for i in indices]


@pytest.mark.parametrize(
    "data", [IsingDataset(transform=torch.neg), Doubled(), DoubledPart(IsingDataset(), [1]), [1]]
)
def test_there_are_no_images_of_what_transforms_its_items_or_is_not_known(data):
    assert images_of(data) is None and images_of(Subset(data, [0])) is None


def test_images_of_a_part_take_no_more_memory_than_the_part():
    data = Subset(IsingDataset("full"), range(50))
    tracemalloc.start()
    try:
        assert images_of(data).shape == (50, 1, 64, 64)
        assert tracemalloc.get_traced_memory()[1] < 3e6  # they take 0.8 MB, all of them 82
    finally:
        tracemalloc.stop()


# --- errors ----------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["mds2", "equilibrium", "quench", "nb20"])
@pytest.mark.parametrize("size", ["medium", "16", "", 0, -16, 2, 16.5, 16.0, True, [16]])
def test_a_wrong_size_is_refused_by_a_message_that_says_what_is_right(source, size):
    expected = r"size must be 'light' \(16\), 'full' \(64\) or an integer of at least 3, got"
    with pytest.raises(ValueError, match=expected):
        IsingDataset(size, source)


def test_a_size_that_a_source_does_not_have_is_refused():
    with pytest.raises(ValueError, match=r"size must be 'light' \(or 16.*'full' \(or 64.*got 32"):
        IsingDataset(32)
    with pytest.raises(ValueError, match=r"size must be 40 .*for source 'nb20', got 16"):
        IsingDataset("light", "nb20")


@pytest.mark.parametrize("source", ["MDS2", "", "pkl", "data.npy", None, 2, b"a.npz", ["mds2"]])
def test_a_wrong_source_is_refused_by_a_message_that_lists_what_exists(source):
    with pytest.raises(
        ValueError,
        match="source must be 'mds2', 'equilibrium', 'quench', 'nb20' or"
        " the path of a .pkl or .npz file, got",
    ):
        IsingDataset(source=source)


@pytest.mark.parametrize(
    "temperatures",
    [
        [],
        [[1.0, 2.0]],
        [[1.0], [1.0, 2.0]],
        0,
        -1.0,
        [1.0, 0.0],
        [np.nan],
        ["1"],
        "2.0",
        [1j],
        [True],
        [None],
    ],
)
@pytest.mark.parametrize("source", ["mds2", "equilibrium", "quench", "nb20", "a.pkl"])
def test_wrong_temperatures_are_refused(source, temperatures):
    with pytest.raises(ValueError, match="temperatures must be a positive number or .*, got"):
        IsingDataset(source=source, temperatures=temperatures)


@pytest.mark.parametrize("samples", [0, -1, 1.0, "2", True, [3]])
@pytest.mark.parametrize("source", ["mds2", "equilibrium", "quench", "nb20", "a.pkl"])
def test_wrong_samples_per_temperature_are_refused(source, samples):
    with pytest.raises(ValueError, match="samples_per_temperature must be an integer of at least"):
        IsingDataset(source=source, samples_per_temperature=samples)


@pytest.mark.parametrize("argument", [{"temperatures": [2.0]}, {"samples_per_temperature": 1}])
def test_mds2_is_what_it_is(argument):
    with pytest.raises(ValueError, match=f"{list(argument)[0]} must be left out for source 'mds2'"):
        IsingDataset(**argument)


# --- generated sets --------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("source", ["equilibrium", "quench"])
def test_a_generated_set_has_5000_temperatures_from_0_to_twice_tc(source):
    data = IsingDataset(8, source)
    assert (len(data), data.size, data.source) == (5000, 8, source)
    assert (data.spins.dtype, data.spins.shape) == (np.int8, (5000, 8, 8))
    edges = np.linspace(0, 2 * data.Tc, 5001)
    np.testing.assert_allclose(data.temperatures, (edges[1:] + edges[:-1]) / 2, rtol=1e-12)
    assert np.bincount(data.labels).tolist() == [2500, 2500]
    ordered, disordered = data.spins[data.labels == 1], data.spins[data.labels == 0]
    assert mean_abs_magnetization(ordered) > 1.5 * mean_abs_magnetization(disordered)


@pytest.mark.parametrize(
    "size, side",
    [
        (None, 16),
        ("light", 16),
        ("full", 64),
        (3, 3),
        (np.int64(5), 5),
    ],
)
@pytest.mark.parametrize("source", ["equilibrium", "quench"])
def test_a_generated_set_has_the_size_asked_for(source, size, side):
    data = IsingDataset(size, source, temperatures=5.0)
    assert data.size == side and data.spins.shape == (1, side, side)


@pytest.mark.parametrize("source", ["equilibrium", "quench"])
def test_temperatures_come_in_the_order_given_each_as_often_as_asked(source):
    T = [3.0, 1.0, 2, 1.0]
    data = IsingDataset(6, source, temperatures=T, samples_per_temperature=7)
    np.testing.assert_array_equal(data.temperatures, np.repeat(T, 7))
    assert data.temperatures.dtype == np.float64 and data.spins.shape == (28, 6, 6)
    assert IsingDataset(6, source, temperatures=T).temperatures.tolist() == T


def test_temperatures_and_configurations_belong_together():
    """Hot and cold in turn: what is cold is ordered in each place."""
    data = IsingDataset(
        16, "equilibrium", temperatures=[9.0, 0.5, 8.0, 0.6], samples_per_temperature=50
    )
    ordered = np.abs(magnetization(data.spins)) > 0.9
    np.testing.assert_array_equal(ordered, data.temperatures < 1)
    np.testing.assert_array_equal(ordered, data.labels == 1)


def test_an_equilibrium_set_has_kaufmans_energy():
    data = IsingDataset(16, "equilibrium", temperatures=[2.0, 2.5], samples_per_temperature=2000)
    for T in (2.0, 2.5):
        e = energy_per_spin(data.spins[data.temperatures == T])
        # 2000 samples, 5 autocorrelation times apart
        assert abs(e.mean() - energy(T, 16)) < 4 * e.std() / 2000**0.5


def test_a_quench_takes_as_many_sweeps_as_the_lattice_has_rows():
    """As MDS-2 did; the configurations are those that the sampler draws from the set's seed."""
    data = IsingDataset(10, "quench", temperatures=[1.0, 2.0], samples_per_temperature=100)
    recipe = Recipe("quench", 10, np.array([1.0, 2.0]), 100)
    expected = sample_quench(10, np.repeat([1.0, 2.0], 100), 200, sweeps=10, seed=recipe.seed)
    np.testing.assert_array_equal(data.spins, expected)


def test_a_quench_of_the_usual_size_looks_like_mds2(light):
    """Within 4 standard errors, of groups of 64 that share their order of attempts."""
    data = IsingDataset("light", "quench")
    for T_low, T_high in ((0.0, 1.0), (1.0, 2.0), (2.0, 3.0)):
        means, errors = [], []
        for part in (data, light):
            chosen = (part.temperatures > T_low) & (part.temperatures < T_high)
            m = np.abs(magnetization(part.spins[chosen]))
            groups = m[: len(m) // 64 * 64].reshape(-1, 64).mean(axis=1)
            means.append(groups.mean())
            errors.append(groups.std(ddof=1) / len(groups) ** 0.5)
        assert abs(means[0] - means[1]) < 4 * np.hypot(*errors)


def test_no_set_is_what_a_student_draws():
    """Else a model would be tested on what it was trained on."""
    T = np.repeat([2.0, 2.5], 100)
    data = IsingDataset(8, "equilibrium", temperatures=[2.0, 2.5], samples_per_temperature=100)
    for seed in range(3):
        drawn = sample_equilibrium(8, T, 200, seed=seed)
        same = (data.spins == drawn).all(axis=(1, 2)) & (np.abs(magnetization(drawn)) < 1)
        assert same.mean() < 0.1


@contextlib.contextmanager
def nothing_is_generated():
    """The samplers must not be called within."""

    def refuse(*arguments, **options):
        raise AssertionError("generated, although it was in the cache")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(sampling, "sample_equilibrium", refuse)
        patched.setattr(sampling, "sample_quench", refuse)
        yield


@pytest.mark.slow
@pytest.mark.parametrize("source", ["equilibrium", "quench"])
def test_a_generated_set_is_the_same_the_next_time_and_anywhere_else(source, tmp_path, monkeypatch):
    def load():
        return IsingDataset(7, source, temperatures=[1.0, 3.0], samples_per_temperature=70)

    first = load()
    with nothing_is_generated():
        again = load()
    monkeypatch.setenv("AI4MAT_CACHE", str(tmp_path / "elsewhere"))
    elsewhere = load()
    for other in (again, elsewhere):
        np.testing.assert_array_equal(other.spins, first.spins)
        np.testing.assert_array_equal(other.temperatures, first.temperatures)
    assert len(np.unique(first.spins, axis=0)) > 70


def test_a_damaged_set_is_generated_again_and_said_so(caplog):
    def load():
        return IsingDataset(8, "quench", temperatures=[1.0, 3.0], samples_per_temperature=70)

    first = load()
    (path,) = cache.cache_folder().glob("quench-L8-*.npz")
    content = bytearray(path.read_bytes())
    content[-500] ^= 1
    path.write_bytes(content)
    np.testing.assert_array_equal(load().spins, first.spins)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    with nothing_is_generated():
        np.testing.assert_array_equal(load().spins, first.spins)


@pytest.mark.slow
def test_sets_in_the_cache_are_what_the_samplers_draw_today():
    """If not: raise cache.VERSION, so that nobody reads the old ones, and put the new sum here."""
    T, drawn = np.linspace(0.5, 4.5, 9), hashlib.sha256()
    for size in (7, 16, 65):  # for which the schedule takes different samplers
        drawn.update(IsingDataset(size, "equilibrium", temperatures=T).spins)
        drawn.update(IsingDataset(size, "quench", temperatures=T).spins)
    many = IsingDataset(16, "equilibrium", temperatures=T, samples_per_temperature=64)
    drawn.update(many.spins)
    expected = "57424e95c6362e9b9942fff16a6e06295b0e31f7748fb985ee1e4e7f657ecdea"
    assert (cache.VERSION, drawn.hexdigest()) == (3, expected)


# --- notebook 20 -----------------------------------------------------------------------------


@pytest.fixture
def nb20(nb20_folder, monkeypatch):
    """Notebook 20's set is in the cache; it takes some seconds, once."""
    monkeypatch.setenv("AI4MAT_CACHE", str(nb20_folder))
    if not list(nb20_folder.glob("nb20-*.npz")):
        IsingDataset(source="nb20", samples_per_temperature=1)


NB20_T = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.25, 2.5, 2.75, 3, 3.25, 3.5, 3.75, 4]


@pytest.mark.slow
def test_nb20_has_10000_configurations_at_each_of_16_temperatures(nb20):
    with nothing_is_generated():
        data = IsingDataset(source="nb20")
    assert (data.spins.shape, data.spins.dtype) == ((160_000, 40, 40), np.int8)
    np.testing.assert_array_equal(data.temperatures, np.repeat(NB20_T, 10_000))
    np.testing.assert_array_equal(NB20.temperatures, NB20_T)
    assert np.bincount(data.labels).tolist() == [70_000, 90_000]
    assert data.size == IsingDataset(40, "nb20", samples_per_temperature=1).size == 40


def test_nb20_has_kaufmans_energy_and_heat_capacity_at_every_temperature(nb20):
    data = IsingDataset(source="nb20")
    for k, T in list(enumerate(NB20_T))[2:]:  # below hardly a spin flips in the whole set
        e = energy_per_spin(data.spins[10_000 * k : 10_000 * (k + 1)])
        # C from single samples, whose errors add up to that of the mean
        c = 1600 * (e - energy(T, 40)) ** 2 / T**2
        for found, exact in ((e, energy(T, 40)), (c, heat_capacity(T, 40))):
            # 10,000 samples, 5 autocorrelation times apart
            assert abs(found.mean() - exact) < 4 * found.std() / 100


def test_nb20_has_as_many_up_as_down(nb20):
    cold = IsingDataset(source="nb20", temperatures=[0.25, 1.0])
    assert abs(np.sign(magnetization(cold.spins)).mean()) < 4 / 20_000**0.5


def test_a_part_of_nb20_is_that_part_of_the_whole(nb20):
    whole = IsingDataset(source="nb20").spins.reshape(16, 10_000, 40, 40)
    with nothing_is_generated():
        part = IsingDataset(
            source="nb20", temperatures=[4.0, 0.25, 2.25], samples_per_temperature=30
        )
        first = IsingDataset(source="nb20", samples_per_temperature=20)
        hot = IsingDataset(source="nb20", temperatures=4.0)
    np.testing.assert_array_equal(part.temperatures, np.repeat([4.0, 0.25, 2.25], 30))
    np.testing.assert_array_equal(part.spins, whole[[15, 0, 8], :30].reshape(90, 40, 40))
    np.testing.assert_array_equal(first.temperatures, np.repeat(NB20_T, 20))
    np.testing.assert_array_equal(first.spins, whole[:, :20].reshape(320, 40, 40))
    np.testing.assert_array_equal(hot.spins, whole[15])


def test_nb20_takes_32_megabytes_on_the_disk_and_nothing_else_is_kept(nb20, nb20_folder):
    IsingDataset(source="nb20", temperatures=[1.0], samples_per_temperature=5)
    (path,) = nb20_folder.glob("nb20-*.npz")
    assert 32_000_000 <= path.stat().st_size < 32_010_000


@pytest.mark.parametrize("samples", [200, 2000])
def test_a_part_of_nb20_takes_no_more_memory_than_the_part(nb20, samples):
    """Beside it some megabytes: a block of the file, and the temperatures of all."""
    IsingDataset(source="nb20", samples_per_temperature=1)
    tracemalloc.start()
    data = IsingDataset(source="nb20", samples_per_temperature=samples)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.02 * data.spins.nbytes + 6e6


def test_what_nb20_does_not_have_is_refused_without_generating_it():
    with nothing_is_generated():
        with pytest.raises(ValueError, match=r"temperatures must be among the 16 .*; got 2\.3"):
            IsingDataset(source="nb20", temperatures=[0.25, 2.3])
        with pytest.raises(ValueError, match="temperatures must be different from each other"):
            IsingDataset(source="nb20", temperatures=[0.25, 0.5, 0.25])
        with pytest.raises(ValueError, match="samples_per_temperature must be .*10000.*10001"):
            IsingDataset(source="nb20", samples_per_temperature=10_001)


# --- files -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A file in the format of the published one, of random spins, and its spins."""
    bits = np.random.default_rng(20).integers(256, size=(160_000, 200), dtype=np.uint8)
    path = tmp_path_factory.mktemp("published") / "Ising2DFM_reSample_L40_T=All.pkl"
    path.write_bytes(pickle.dumps(bits.ravel()))
    return path, bits


def as_notebook_20_reads(path):
    """The notebook's own lines, but for the type; its 0 and 1 are down and up."""
    data = pickle.loads(path.read_bytes())
    data = np.unpackbits(data).view(np.int8).reshape(-1, 1600)
    return data, np.hstack([[t] * 10000 for t in np.arange(0.25, 4.01, 0.25)])


def test_the_published_file_is_read_as_notebook_20_does(published):
    path, _ = published
    data = IsingDataset(source=str(path))
    images, temperatures = as_notebook_20_reads(path)
    assert len(images) == len(data) == 160_000
    some = slice(None, None, 37)
    np.testing.assert_array_equal(data.spins[some].reshape(-1, 1600), 2 * images[some] - 1)
    np.testing.assert_array_equal(data.temperatures, temperatures)
    assert (data.size, data.source) == (40, str(path))


def test_a_part_of_the_published_file_is_chosen_as_of_nb20(published):
    path, bits = published
    data = IsingDataset(40, path, temperatures=[3.0, 0.25], samples_per_temperature=4)
    np.testing.assert_array_equal(data.temperatures, [3.0] * 4 + [0.25] * 4)
    np.testing.assert_array_equal(
        pack_spins(data.spins), np.concatenate([bits[110_000:110_004], bits[:4]])
    )
    with pytest.raises(ValueError, match="temperatures must be among the 16"):
        IsingDataset(source=path, temperatures=[2.27])
    with pytest.raises(ValueError, match=r"size must be 40 \(or left out\) for .*All.pkl, got 16"):
        IsingDataset(16, path)


@pytest.mark.parametrize("flat", [False, True])
def test_a_published_file_of_one_temperature_is_read(published, tmp_path, flat):
    _, bits = published
    path = tmp_path / "Ising2DFM_reSample_L40_T=2.25.pkl"
    own = bits[80_000:90_000]
    path.write_bytes(pickle.dumps(own.ravel() if flat else own))
    data = IsingDataset(source=path, samples_per_temperature=7)
    np.testing.assert_array_equal(pack_spins(data.spins), own[:7])
    np.testing.assert_array_equal(data.temperatures, [2.25] * 7)
    with pytest.raises(ValueError, match=r"temperatures must be among the 1 of the source, 2\.25"):
        IsingDataset(source=path, temperatures=[2.5])


def test_a_published_file_of_a_temperature_that_does_not_exist_is_refused(tmp_path):
    path = tmp_path / "Ising2DFM_reSample_L40_T=2.30.pkl"
    path.write_bytes(b"")
    with pytest.raises(ValueError, match=r"temperatures must be among the 16 .*; got 2\.3"):
        IsingDataset(source=path)


@pytest.mark.parametrize("keep", [31_999_999, 16_000_000, 100, 0])
def test_a_truncated_published_file_is_refused(published, tmp_path, keep):
    path = tmp_path / "short.pkl"
    path.write_bytes(published[0].read_bytes()[:keep])
    with pytest.raises(
        ValueError,
        match=r"short.pkl: expected .*\(160000, 200\), flattened or "
        "not, got a damaged pickle or another kind of file",
    ):
        IsingDataset(source=path)


def test_the_published_file_of_another_kind_is_refused(tmp_path):
    path = tmp_path / "labels.pkl"
    path.write_bytes(pickle.dumps(np.ones(160_000, dtype=np.uint8)))
    with pytest.raises(ValueError, match=r"labels.pkl: expected .*, but its shape is \(160000,\)"):
        IsingDataset(source=path)


@pytest.fixture
def arrays():
    """What the command line writes to a file."""
    spins = np.random.default_rng(3).choice(np.array([-1, 1], dtype=np.int8), (12, 5, 5))
    return {"spins": spins, "temperatures": np.repeat([3.0, 1.0, 2.0], 4)}


@pytest.fixture
def npz(tmp_path):
    """Returns a function that writes arrays to a file."""

    def write(save=np.savez_compressed, **arrays):
        save(tmp_path / "my.npz", **arrays)
        return tmp_path / "my.npz"

    return write


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_a_npz_file_is_read_as_it_is(npz, arrays, save):
    data = IsingDataset(source=npz(save, **arrays))
    np.testing.assert_array_equal(data.spins, arrays["spins"])
    np.testing.assert_array_equal(data.temperatures, arrays["temperatures"])
    np.testing.assert_array_equal(data.labels, [0] * 4 + [1] * 8)
    assert data.size == 5 and "my.npz" in repr(data)


def test_at_tc_itself_there_is_no_order(npz, arrays):
    """T < Tc is what label 1 says; the spontaneous magnetization at Tc is 0."""
    Tc = critical_temperature()
    next_to_it = [np.nextafter(Tc, 0), Tc, np.nextafter(Tc, np.inf)]
    path = npz(**arrays | {"temperatures": np.repeat(next_to_it, 4)})
    assert IsingDataset(source=path).labels.tolist() == [1] * 4 + [0] * 8


def test_a_npz_file_may_hold_the_smallest_lattice(npz):
    path = npz(spins=np.ones((2, 3, 3), np.int8), temperatures=np.ones(2))
    assert IsingDataset(source=path).size == 3


def test_a_part_of_a_npz_file_is_chosen_by_temperature(npz, arrays):
    path = npz(**arrays)
    part = IsingDataset(5, str(path), temperatures=[1.0, 3.0], samples_per_temperature=2)
    np.testing.assert_array_equal(part.spins, arrays["spins"][[4, 5, 0, 1]])
    np.testing.assert_array_equal(part.temperatures, [1.0, 1.0, 3.0, 3.0])
    first = IsingDataset(source=path, samples_per_temperature=1)
    np.testing.assert_array_equal(first.spins, arrays["spins"][[0, 4, 8]])
    assert len(IsingDataset(source=path, samples_per_temperature=4)) == 12
    for wrong in ({"temperatures": 1.5}, {"samples_per_temperature": 5}, {"size": 16}):
        with pytest.raises(ValueError, match=f"{list(wrong)[0]} must be"):
            IsingDataset(**{"source": path} | wrong)


def one_of_them_is(value, array):
    array.flat[7] = value
    return array


@pytest.mark.parametrize(
    "change, match",
    [
        ({"spins": np.ones((12, 5, 5))}, "spins must be int8 .*got float64"),
        ({"spins": np.ones((12, 5, 6), np.int8)}, r"spins must be int8 .*got .*\(12, 5, 6\)"),
        ({"spins": np.ones((12, 25), np.int8)}, "spins must be int8"),
        ({"spins": np.int8(1)}, "spins must be int8"),
        ({"spins": np.ones((12, 2, 2), np.int8)}, "spins must be int8 .* L at least 3"),
        ({"spins": np.ones((0, 5, 5), np.int8), "temperatures": np.ones(0)}, "spins must be int8"),
        ({"spins": np.ones(12, np.int8)}, r"spins must be int8 .*got .*\(12,\)"),
        ({"spins": np.zeros((12, 5, 5), np.int8)}, "spins must be -1 or 1"),
        ({"spins": one_of_them_is(0, np.ones((12, 5, 5), np.int8))}, "spins must be -1 or 1"),
        ({"spins": one_of_them_is(2, np.ones((12, 5, 5), np.int8))}, "spins must be -1 or 1"),
        ({"spins": one_of_them_is(-2, np.ones((12, 5, 5), np.int8))}, "spins must be -1 or 1"),
        ({"spins": np.full((12, 5, 5), -128, np.int8)}, "spins must be -1 or 1"),
        ({"spins": np.full((12, 5, 5), 2, np.int8)}, "spins must be -1 or 1"),
        ({"temperatures": np.ones(11)}, r"temperatures must be .* of shape \(12,\), got .*\(11,\)"),
        ({"temperatures": np.ones(12, int)}, "temperatures must be float64 .*got int64"),
        ({"temperatures": np.zeros(12)}, "temperatures must be positive"),
        ({"temperatures": one_of_them_is(0, np.ones(12))}, "temperatures must be positive"),
        ({"temperatures": np.full(12, np.nan)}, "temperatures must be positive"),
        ({"spins": np.array([object()])}, "allow_pickle=False"),
        ({"temperatures": np.array([object()])}, "allow_pickle=False"),
    ],
)
def test_a_npz_file_of_something_else_is_refused(npz, arrays, change, match):
    with pytest.raises(ValueError, match=f"my.npz.*{match}"):
        IsingDataset(source=npz(**arrays | change))


@pytest.mark.parametrize("missing", ["spins", "temperatures"])
def test_a_npz_file_without_an_array_is_refused(npz, arrays, missing):
    arrays.pop(missing)
    with pytest.raises(ValueError, match=f"my.npz must be an npz file .*, got a .*{missing}"):
        IsingDataset(source=npz(**arrays))


def test_a_damaged_npz_file_is_refused_or_as_it_was(npz, arrays):
    path = npz(**arrays)
    content, random, noticed = path.read_bytes(), np.random.default_rng(0), 0
    for position in random.permutation(len(content)):
        changed = bytearray(content)
        changed[position] ^= 1 << random.integers(8)
        path.write_bytes(changed)
        try:
            data = IsingDataset(source=path)
        except ValueError as error:
            assert "my.npz" in str(error)
            noticed += 1
        else:
            np.testing.assert_array_equal(data.spins, arrays["spins"])
            np.testing.assert_array_equal(data.temperatures, arrays["temperatures"])
    assert noticed > len(content) / 2


@pytest.mark.parametrize("content", [b"", b"PK", b"no archive", pickle.dumps([1, 2])])
def test_a_file_that_is_no_npz_is_refused(tmp_path, content):
    path = tmp_path / "my.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="my.npz must be an npz file of .*, got a damaged file"):
        IsingDataset(source=path)


def test_a_plain_array_under_the_name_of_a_npz_file_is_refused(tmp_path):
    np.save(tmp_path / "my.npy", np.ones((3, 4, 4)))
    (tmp_path / "my.npy").rename(tmp_path / "my.npz")
    with pytest.raises(ValueError, match="my.npz must be an npz file of .*, got a damaged file"):
        IsingDataset(source=tmp_path / "my.npz")


@pytest.mark.parametrize("name", ["spins.pkl", "spins.npz"])
def test_a_missing_file_is_said_to_be_missing(tmp_path, name):
    for path in (tmp_path / name, str(tmp_path / name), name):
        with pytest.raises(FileNotFoundError, match=name):
            IsingDataset(source=path)


def test_a_path_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="source must be a file whose name ends in .pkl or .npz"):
        IsingDataset(source=tmp_path / "spins.npy")


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


@pytest.mark.slow
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
    shipped = project["tool"]["setuptools"]["package-data"]["ai4mat_ising"]
    assert set(shipped) == {"data/*", "live/*.mjs", "live/*.css"}
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


@pytest.mark.parametrize(
    "name, hint", [("X", r"images\(\)"), ("y", r"\.labels, where 1 is ordered")]
)
def test_the_published_lessons_names_are_explained(name, hint):
    dataset = IsingDataset("light")
    with pytest.raises(AttributeError, match=hint):
        getattr(dataset, name)
    assert not hasattr(dataset, "z")
