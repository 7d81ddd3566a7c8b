"""Live figures: what travels with the picture, and what JavaScript makes of it."""

import base64
import copy
import itertools
import json
import re
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.colors import to_hex
from nodejs import node
from torch import nn

from ai4mat_ising import exact, latent, plotting
from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.live import (
    Live,
    LiveAutoencoder,
    LiveDraws,
    LiveMap,
    LiveRace,
    LiveThreshold,
    LiveVAE,
)
from ai4mat_ising.live.export import DIGITS, exported, levels, packed, thinned
from ai4mat_ising.live.simulation import SIZES
from ai4mat_ising.live.widget import script_of
from ai4mat_ising.models import VAE, ConvAutoencoder
from ai4mat_ising.packing import unpack_spins

WIDGET = "application/vnd.jupyter.widget-view+json"
TESTS = Path(__file__).parents[1] / "live"
SCRIPTS = Path(__file__).parents[2] / "ai4mat_ising" / "live"
KINDS = [path.stem.removesuffix("_figure") for path in sorted(SCRIPTS.glob("*_figure.mjs"))]


@pytest.fixture
def picture():
    figure = plt.figure(figsize=(1, 1))
    yield figure
    plt.close(figure)


@pytest.fixture
def shown():
    """What a cell puts out: data and metadata of a figure."""
    yield InteractiveShell.instance().display_formatter.format
    InteractiveShell.clear_instance()


def test_on_a_page_the_state_travels_with_the_picture(picture, shown, monkeypatch):
    monkeypatch.setenv("AI4MAT_LIVE", "page")
    data, metadata = shown(Live(picture, size=32, temperature=2, algorithm="wolff"))
    assert WIDGET not in data
    assert "text/plain" in data and not plt.fignum_exists(picture.number)
    state = json.loads(json.dumps(metadata["image/png"]["live"]))
    assert (state["size"], state["temperature"], state["algorithm"]) == (32, 2.0, "wolff")
    assert state["e"] == pytest.approx(exact.energy(state["T"]), abs=1e-4)
    assert state["m"] == pytest.approx(exact.spontaneous_magnetization(state["T"]), abs=1e-4)


def test_in_a_notebook_a_widget_stands_before_the_picture(picture, shown, monkeypatch):
    monkeypatch.delenv("AI4MAT_LIVE", raising=False)
    data, metadata = shown(Live(picture))
    assert {WIDGET, "text/plain"} <= {*data} and "live" not in str(metadata)
    assert data["text/plain"].startswith("<Figure")


def test_without_anywidget_the_picture_stays(picture, shown, monkeypatch):
    monkeypatch.delenv("AI4MAT_LIVE", raising=False)
    monkeypatch.setitem(sys.modules, "anywidget", None)
    data, _ = shown(Live(picture))
    assert WIDGET not in data and "text/plain" in data


@pytest.mark.parametrize("kind", KINDS)
def test_a_widget_has_its_script_and_all_that_it_imports_in_one_file(kind, tmp_path):
    script = script_of(kind)
    assert not re.search(r"^(import|export (?!default))", script, re.M)
    assert script.count("export default") == 1 and script.count("export const TC") == 0
    assert script.count("\nconst TC = ") == 1 and f"render{kind[0].upper()}" in script
    (tmp_path / "widget.mjs").write_text(script)
    code = f"console.log(typeof (await import('{tmp_path}/widget.mjs')).default.render)"
    assert node("--input-type=module", "--eval", code) == "function\n"


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 100}, r"size must be one of \(32, 64, 128, 256\), got 100"),
        ({"size": "64"}, "size must be an integer"),
        ({"temperature": 0.5}, "temperature must be between 1 and 4, got 0.5"),
        ({"algorithm": "heat bath"}, "algorithm must be one of .*, got 'heat bath'"),
    ],
)
def test_what_cannot_be_shown_is_refused(picture, arguments, message):
    with pytest.raises(ValueError, match=message):
        Live(picture, **arguments)


def test_a_race_takes_its_size_and_temperature_along(picture):
    state = json.loads(json.dumps(LiveRace(picture, size=np.int64(128), temperature=2).state))
    assert state == {"kind": "race", "size": 128, "temperature": 2.0}


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"size": 16}, r"size must be one of \(32, 64, 128, 256\), got 16"),
        ({"size": 64.0}, "size must be an integer of at least 2, got 64.0"),
        ({"temperature": 4.5}, "temperature must be between 1 and 4, got 4.5"),
    ],
)
def test_a_race_that_cannot_be_run_is_refused(picture, arguments, message):
    with pytest.raises(ValueError, match=message):
        LiveRace(picture, **arguments)


def test_readers_choose_from_the_sizes_that_figures_begin_with():
    text = (SCRIPTS / "controls.mjs").read_text()
    assert tuple(json.loads(re.search(r"LATTICES = (\[.*?\])", text)[1])) == SIZES


# --- the threshold ------------------------------------------------------------------------------


def rules(feature):
    """Thresholds of a feature of the state, and the samples of each phase called ordered there."""
    edges = feature["low"] + feature["step"] * np.arange(len(feature["ordered"]) + 1)
    sums = [np.cumsum([0, *feature[phase]]) for phase in ("ordered", "disordered")]
    return np.round(edges, 9), [s if feature["below"] else s[-1] - s for s in sums]


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("scale, low, high", [(1, -128, 128), (100, 0, 3), (1e-4, 5, 900)])
def test_samples_on_either_side_of_each_threshold_are_counted_exactly(
    picture, below, scale, low, high
):
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.integers(low, high + 1, 3000), [low, high]]) / 128 * scale
    labels = rng.integers(0, 2, len(values))
    state = LiveThreshold(picture, {"x": values}, labels, below=["x"] if below else []).state
    (feature,) = json.loads(json.dumps(state))["features"]
    edges, called = rules(feature)
    assert 100 <= len(edges) <= 255
    for edge, ordered, disordered in zip(edges, *called, strict=True):
        above = values < edge if below else values > edge
        assert (ordered, disordered) == (above[labels == 1].sum(), above[labels == 0].sum())
    ends = [0, -1] if below else [-1, 0]
    assert [called[0][end] for end in ends] == [0, labels.sum()]


def test_the_state_of_a_threshold_is_small_and_names_what_it_counts(picture):
    m = np.linspace(-1, 1, 2501)
    features = {"m": m, "|m|": np.abs(m), "e": np.where(np.abs(m) > 0.5, -1.7, 0.2)}
    state = LiveThreshold(picture, features, np.abs(m) > 0.5, below=["e"]).state
    assert state["kind"] == "threshold" and len(json.dumps(state)) < 10_000
    assert [one["name"] for one in state["features"]] == ["m", "|m|", "e"]
    assert [one["below"] for one in state["features"]] == [False, False, True]
    assert [one["step"] for one in state["features"]] == [0.01, 0.005, 0.01]
    for one in state["features"][1:]:
        _, (ordered, disordered) = rules(one)
        assert (ordered - disordered).max() == (np.abs(m) > 0.5).sum()


@pytest.mark.parametrize(
    "features, labels, below, message",
    [
        ({}, [0, 1], [], "features must be a dict with at least one feature, got {}"),
        ([1, 2], [0, 1], [], "features must be a dict"),
        ({"m": [1, 2]}, [0, 2], [], r"labels must .* got shape \(2,\) with \[0, 2\]"),
        ({"m": [1, 2]}, [1, 1], [], "hold 0 .disordered. and 1 .ordered., got"),
        ({"m": [1, 2]}, [[0, 1]], [], r"labels must have shape \(n,\)"),
        ({"m": [1, 2, 3]}, [0, 1], [], r"features must have shape \(2,\), .* got \(3,\) for 'm'"),
        ({"m": [1, np.nan]}, [0, 1], [], "finite numbers that differ, got 'm'"),
        ({"m": [1, 1]}, [0, 1], [], "finite numbers that differ, got 'm'"),
        ({"m": [1, 2]}, [0, 1], ["e"], r"below must be names of \['m'\], got \['e'\]"),
        ({"m": [1, 2]}, [0, 1], "m", "below must be names of .*, got 'm'"),
    ],
)
def test_a_threshold_that_cannot_be_drawn_is_refused(picture, features, labels, below, message):
    with pytest.raises(ValueError, match=message):
        LiveThreshold(picture, features, labels, below=below)


# --- networks -----------------------------------------------------------------------------------


def unpacked(text, dtype):
    return np.frombuffer(base64.b64decode(text), np.dtype(dtype).newbyteorder("<"))


def small_vae(**options):
    torch.manual_seed(0)
    return VAE(size=8, hidden=16, **options)


@pytest.fixture(scope="module")
def autoencoder():
    torch.manual_seed(0)
    return ConvAutoencoder()


@pytest.fixture(scope="module")
def data():
    return IsingDataset(size="light")


def test_an_autoencoder_travels_with_its_data(picture, autoencoder, data):
    state = LiveAutoencoder(picture, {"light": (autoencoder, data)}, samples=200).state
    (one,) = json.loads(json.dumps(state))["sets"]
    assert (state["kind"], state["size"], one["name"]) == ("autoencoder", 16, "light")
    spins = unpack_spins(unpacked(one["spins"], "uint8").reshape(200, 32), 16)
    up = torch.from_numpy((spins[:, None] > 0).astype(np.float32))
    codes = unpacked(one["codes"], "float16").reshape(200, 2)
    assert codes == pytest.approx(latent.encode(autoencoder, up), rel=1e-3, abs=1e-3)
    shown = unpacked(one["temperatures"], "float32")
    rows = [np.abs(data.temperatures - T).argmin() for T in shown]
    assert (data.spins[rows] == spins).all() and len({*rows}) == 200


def test_a_vae_travels_with_codes_of_its_test_set(picture):
    net, images = small_vae(), torch.rand(50, 1, 8, 8).round()
    temperatures = np.linspace(1, 4, 50)
    state = LiveVAE(picture, {"a": net, "b": small_vae()}, images, temperatures, samples=40).state
    assert (state["kind"], state["size"], [one["name"] for one in state["sets"]]) == (
        "vae", 8, ["a", "b"],
    )  # fmt: skip
    rows = [np.abs(temperatures - T).argmin() for T in unpacked(state["temperatures"], "float32")]
    codes = unpacked(state["sets"][0]["codes"], "float16").reshape(40, 2)
    assert codes == pytest.approx(latent.encode(net, images[rows]), rel=1e-3, abs=1e-3)
    assert state["sets"][0]["reach"] >= max(3.5, np.abs(codes).max())


IMAGES = torch.zeros(3, 1, 8, 8)


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda p: LiveAutoencoder(p, {}), "networks must be a dict with at least one network"),
        (lambda p: LiveAutoencoder(p, {"a": ConvAutoencoder()}), "networks must hold pairs"),
        (
            lambda p: LiveAutoencoder(p, {"a": (ConvAutoencoder(3), None)}),
            "2 latent numbers, got 3",
        ),
        (
            lambda p: LiveAutoencoder(p, {"a": (None, None)}, temperature=5),
            "between 1 and 4, got 5",
        ),
        (lambda p: LiveAutoencoder(p, {"a": (None, None)}, samples=0), "samples must be"),
        (lambda p: LiveVAE(p, {}, IMAGES, [1, 2, 3]), "networks must be a dict"),
        (lambda p: LiveVAE(p, {"a": small_vae()}, IMAGES, [1, 2]), r"shape \(3,\), .* got \(2,\)"),
        (
            lambda p: LiveVAE(p, {"a": small_vae(), "b": VAE(12)}, IMAGES, [1] * 3),
            "got \\[8, 12\\]",
        ),
        (
            lambda p: LiveVAE(p, {"a": small_vae(decoder="deconv")}, IMAGES, [1] * 3),
            "decoder must be Linear, ReLU and Linear",
        ),
    ],
)
def test_networks_that_cannot_be_shown_are_refused(picture, make, message):
    with pytest.raises(ValueError, match=message):
        make(picture)


# --- the map ------------------------------------------------------------------------------------

BETAS, EPSILONS = [1, 30, 4000], [0.01, 10]


@pytest.fixture(scope="module")
def grid():
    """What a map is made from: networks, codes, images and numbers."""
    rng = np.random.default_rng(0)
    share = np.linspace(0, 1, 201)[:, None, None, None]
    images = torch.from_numpy((rng.random((201, 1, 8, 8)) < share).astype(np.float32))
    networks, codes = {}, {}
    for k, (beta, epsilon) in enumerate((b, e) for e in reversed(EPSILONS) for b in BETAS):
        torch.manual_seed(k)
        networks[beta, epsilon] = net = VAE(size=8, hidden=16, beta=beta, epsilon=epsilon)
        with torch.no_grad():
            net.decoder[2].weight *= 10 / max(1, epsilon)  # so that probabilities differ
        codes[beta, epsilon] = (1 + k) * epsilon * rng.standard_normal((201, 2))
    numbers = rng.random((3, 3, 2))
    return networks, codes, images, numbers


def test_a_map_has_for_each_network_its_codes_its_pictures_and_its_numbers(picture, grid):
    networks, codes, images, numbers = grid
    state = LiveMap(picture, *grid, 800.5, start=(30, 10), samples=100).state
    state = json.loads(json.dumps(state))
    assert (state["kind"], state["betas"], state["epsilons"]) == ("map", BETAS, EPSILONS)
    assert (state["limit"], state["cell"], state["size"]) == (800.5, [1, 1], 8)
    m = unpacked(state["m"], "float32")
    examples = unpack_spins(unpacked(state["spins"], "uint8").reshape(4, 8), 8)
    assert m[:4] == pytest.approx(examples.mean(axis=(1, 2)))
    assert m[:4] == pytest.approx([-0.9, -0.3, 0.3, 0.9], abs=0.04)
    spins = 2 * images[:, 0].numpy() - 1
    rows = [np.abs(spins - one).sum(axis=(1, 2)).argmin() for one in examples]
    plane = unpacked(state["codes"], "int8").reshape(3, 2, 100, 2) * (state["reach"] / 127)
    text = np.array([DIGITS.index(digit) for digit in state["pictures"]]) / 63
    pictures = text.reshape(3, 2, 4, 8, 8)
    for (i, beta), (j, epsilon) in itertools.product(enumerate(BETAS), enumerate(EPSILONS)):
        code = codes[beta, epsilon]
        unit = np.clip(code / np.sqrt(code.var(axis=0).mean()), -state["reach"], state["reach"])
        step = state["reach"] / 127
        assert np.abs(plane[i, j, :4] - unit[rows]).max() <= step / 2 + 1e-9
        distance = np.abs(plane[i, j, :, None] - unit).max(axis=2)
        assert distance.min(axis=1).max() <= step / 2 + 1e-9
        with torch.no_grad():
            p = networks[beta, epsilon].decode(torch.tensor(code[rows]).float())[:, 0].numpy()
        assert np.abs(pictures[i, j] - p).max() <= 1 / 126 + 1e-6 and np.ptp(p) > 0.1
        k = 2 * i + j
        shown = [state["numbers"][q][k] for q in range(3)]
        assert shown == pytest.approx(numbers[:, i, j], rel=1e-4)


def test_the_codes_of_a_map_are_those_of_the_same_images_in_every_cell(picture, grid):
    networks, codes, images, numbers = grid
    same = {key: next(iter(codes.values())) * key[1] for key in codes}
    state = LiveMap(picture, networks, same, images, numbers, 1, samples=50).state
    plane = unpacked(state["codes"], "int8").reshape(6, 50, 2)
    assert (plane == plane[0]).all() and len(np.unique(plane[0], axis=0)) > 40
    assert state["cell"] == [0, 0]


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda g: [{}, *g[1:]], "networks must be a dict with at least one network, got {}"),
        (
            lambda g: [{key: g[0][key] for key in [*g[0]][1:]}, *g[1:]],
            "grid of at least 2 betas and 2 epsilons, got 3 betas, 2 epsilons and 5 networks",
        ),
        (
            lambda g: [{key: net for key, net in g[0].items() if key[0] == 1}, *g[1:]],
            "got 1 betas, 2 epsilons and 2 networks",
        ),
        (
            lambda g: [{(b - 1, e): net for (b, e), net in g[0].items()}, *g[1:]],
            "positive beta and epsilon, got 0, 0.01",
        ),
        (
            lambda g: [dict.fromkeys(g[0], VAE(size=8, hidden=4, latent_dim=3)), *g[1:]],
            r"2 latent numbers, got \[3\]",
        ),
        (lambda g: [g[0], {}, *g[2:]], r"codes must have shape \(201, 2\) for .*, got \(0,\)"),
        (lambda g: [*g[:2], g[2][1:], g[3]], r"codes must have shape \(200, 2\)"),
        (lambda g: [*g[:3], g[3][:2]], r"numbers must have shape \(3, 3, 2\), got \(2, 3, 2\)"),
    ],
)
def test_a_map_that_cannot_be_walked_is_refused(picture, grid, change, message):
    with pytest.raises(ValueError, match=message):
        LiveMap(picture, *change(grid), 800)


def test_a_map_begins_at_one_of_its_networks_and_shows_all_examples(picture, grid):
    with pytest.raises(ValueError, match=r"start must be .* of a network, got \(2, 10\)"):
        LiveMap(picture, *grid, 800, start=(2, 10))
    with pytest.raises(ValueError, match="samples must be an integer of at least 4, got 3"):
        LiveMap(picture, *grid, 800, samples=3)


# --- the draws ----------------------------------------------------------------------------------


def some_spins(n, size=6, seed=0):
    return np.random.default_rng(seed).choice([-1, 1], (n, size, size)).astype(np.int8)


def test_draws_travel_as_the_first_samples_of_each_model_and_exact_ones_last(picture):
    models, exact_ones = {"a": some_spins(9, seed=1), "b": some_spins(5, seed=2)}, some_spins(7)
    state = LiveDraws(picture, models, exact_ones, np.float64(-1.43), 0.6, samples=5).state
    state = json.loads(json.dumps(state))
    assert (state["kind"], state["size"], state["names"]) == ("draws", 6, ["a", "b", "exact"])
    assert (state["energy"], state["magnetization"]) == (-1.43, 0.6)
    for text, spins in zip(state["spins"], [*models.values(), exact_ones], strict=True):
        assert (unpack_spins(unpacked(text, "uint8").reshape(5, 5), 6) == spins[:5]).all()


@pytest.mark.parametrize(
    "models, message",
    [
        ({}, r"models must be a dict with at least one model, none named 'exact', got \[\]"),
        ([some_spins(5)], "models must be a dict"),
        ({"exact": some_spins(5)}, r"none named 'exact', got \['exact'\]"),
        ({"a": some_spins(3)}, r"n of at least 4 and one even L .* got \(3, 6, 6\) for 'a'"),
        ({"a": some_spins(4, 8)}, r"one even L of at least 4, got \(4, 8, 8\) for 'a'"),
        ({"a": some_spins(4) > 0}, "samples must be spins -1/\\+1, got others for 'a'"),
    ],
)
def test_draws_that_cannot_be_shown_are_refused(picture, models, message):
    with pytest.raises(ValueError, match=message):
        LiveDraws(picture, models, some_spins(4), -1, 0.5, samples=4)


def test_lattices_of_draws_have_an_even_side_and_samples_are_counted(picture):
    with pytest.raises(ValueError, match=r"got \(4, 5, 5\)"):
        LiveDraws(picture, {"a": some_spins(4, 5)}, some_spins(4, 5), -1, 0.5, samples=4)
    with pytest.raises(ValueError, match="samples must be an integer of at least 2, got 1"):
        LiveDraws(picture, {"a": some_spins(4)}, some_spins(4), -1, 0.5, samples=1)


def test_levels_are_the_nearest_of_64():
    values = np.random.default_rng(0).random((50, 40))
    found = np.array([DIGITS.index(digit) for digit in levels(values)]) / 63
    assert np.abs(found - values.ravel()).max() <= 1 / 126 + 1e-12
    assert levels([0, 1]) == "A/"


@pytest.mark.parametrize(
    "layer, message",
    [
        (nn.BatchNorm2d(1), "layers must be Linear, .*, got BatchNorm2d"),
        (nn.Conv2d(1, 1, (3, 5)), "convolutions must be square"),
        (nn.Conv2d(1, 1, 3, dilation=2), "without dilation"),
        (nn.Conv2d(2, 2, 3, groups=2), "without dilation and groups"),
        (nn.Conv2d(1, 1, 3, padding="same"), "convolutions must be square"),
        (nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"), "padded by zeros or circularly"),
    ],
)
def test_layers_that_no_script_runs_are_refused(layer, message):
    with pytest.raises(ValueError, match=message):
        exported([layer])


def test_weights_are_of_two_types():
    with pytest.raises(ValueError, match=r"dtype must be one of .*, got 'int8'"):
        exported([nn.ReLU()], "int8")
    assert len(packed(np.ones(3), "float32")) == 16 and len(packed(np.ones(3))) == 8


def test_a_thin_layer_changes_no_probability_by_more_than_it_may():
    net = small_vae()
    with torch.no_grad():
        for layer in (net.decoder[0], net.decoder[2]):  # so that probabilities differ
            layer.weight *= 4
    codes = 2 * torch.randn(500, 2)
    ranks = []
    for tolerance in (0.1, 0.01, 0.0001):
        layers = thinned(net.decoder, codes, tolerance)
        ranks.append(layers[2].out_features)
        with torch.no_grad():
            thin = nn.Sequential(*layers[2:])(layers[1](layers[0](codes)).double()).sigmoid()
            p = net.decode(codes).flatten(1)
        assert (thin - p).abs().max() <= tolerance + 1e-6
    assert ranks == sorted(ranks) and 1 <= ranks[0] < ranks[-1] <= 16


def test_the_colours_are_those_of_the_book():
    text = (SCRIPTS / "colours.mjs").read_text()
    assert re.findall(r'"(#\w+)"', text)[:2] == [plotting.DISORDERED, plotting.ORDERED]
    for name, colours in [
        ("SCALE", plotting.TEMPERATURE),
        ("SIGNED", plt.get_cmap(plotting.SIGNED)),
        ("HEIGHTS", plt.get_cmap()),
    ]:
        scale = json.loads(re.search(rf"{name} = (.*);", text)[1])
        steps = np.round(np.linspace(0, 255, len(scale))).astype(int)
        assert scale == [to_hex(colours(step)) for step in steps]


# --- what Node.js runs --------------------------------------------------------------------------


@pytest.mark.slow
def test_the_scripts_pass_their_own_tests():
    """All of `tests/live`: the simulation has Boltzmann's means, networks do as they should."""
    files = sorted(TESTS.glob("*.test.mjs"))
    assert files
    node("--test", *files)


def networks():
    """Layers of all kinds of networks of the course, and inputs for each."""
    torch.manual_seed(1)
    autoencoder, vae = ConvAutoencoder(), small_vae()
    deconv = small_vae(decoder="deconv")
    codes, images = 3 * torch.randn(1, 2), torch.rand(1, 1, 16, 16).round()
    return [
        (autoencoder.encoder, images),
        (autoencoder.decoder, codes),
        (vae.encoder, images[..., :8, :8]),
        (vae.decoder, codes),
        (deconv.encoder, images[..., :8, :8]),  # it goes round the torus
        (nn.Sequential(*deconv.decoder, nn.Sigmoid()), codes),
    ]


@pytest.mark.slow
@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-6), ("float16", 1e-3)])
def test_a_browser_computes_what_torch_computes(tmp_path, dtype, tolerance):
    cases = []
    for layers, x in networks():
        with torch.no_grad():  # in double precision there are no errors of its own
            output = copy.deepcopy(layers).double()(x.double()).flatten().tolist()
        spec = exported(layers, dtype)
        cases.append({"spec": spec, "input": x.flatten().tolist(), "output": output})
    (tmp_path / "cases.json").write_text(json.dumps(cases))
    errors = json.loads(node(TESTS / "against_torch.mjs", tmp_path / "cases.json"))
    assert len(errors) == len(cases) and max(errors) < tolerance, errors
