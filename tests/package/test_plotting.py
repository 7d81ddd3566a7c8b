"""Every figure comes back as a Figure on opaque white, shows what it was given, and appears in a
notebook exactly once."""

import base64
import io

import matplotlib
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.figure import Figure
from nbclient import NotebookClient

from ai4mat_ising import plotting
from ai4mat_ising.training import History

RNG = np.random.default_rng(0)
SPINS = RNG.choice([-1, 1], (7, 4, 4))
Z, LABELS = RNG.normal(size=(30, 2)), np.tile([0, 1, 1], 10)
HISTORY = History([0.3, 0.2, 0.1], [0.35, 0.25, 0.2])

CALLS = {
    "spin_gallery": lambda: plotting.spin_gallery(SPINS),
    "loss_curves": lambda: plotting.loss_curves(HISTORY, "MSE per pixel", {"PCA": 0.2}),
    "latent_by_phase": lambda: plotting.latent_by_phase(Z, LABELS),
    "latent_by_value": lambda: plotting.latent_by_value(Z, Z[:, 0], "magnetization m"),
}
every_figure = pytest.mark.parametrize("draw", CALLS.values(), ids=CALLS)


@pytest.fixture(autouse=True)
def no_window(monkeypatch):
    """Draw without a screen, and see that no test leaves a figure behind."""
    previous = matplotlib.get_backend()
    plt.switch_backend("agg")
    yield
    assert plt.get_fignums() == []
    plt.switch_backend(previous)


def pixels(png):
    return plt.imread(io.BytesIO(png), format="png")


def corners(image):
    return [tuple(image[y, x]) for y in (0, -1) for x in (0, -1)]


# --- what all of them have in common ---------------------------------------------------------


def test_every_public_function_is_tested_here():
    ours = [f for f in vars(plotting).values() if getattr(f, "__module__", "") == plotting.__name__]
    assert {f.__name__ for f in ours if not f.__name__.startswith("_")} == set(CALLS)


@every_figure
def test_a_figure_is_returned_and_none_is_left_open(draw):
    assert isinstance(draw(), Figure)
    assert plt.get_fignums() == []


@every_figure
def test_the_reader_s_own_figure_stays_the_current_one(draw):
    own = plt.figure()
    draw()
    assert plt.get_fignums() == [own.number] and plt.gcf() is own
    plt.close(own)


@every_figure
@pytest.mark.parametrize("page", ["white", "none", "black"])
def test_figures_are_opaque_white_on_any_page(draw, page):
    with plt.rc_context({"figure.facecolor": page, "savefig.facecolor": "auto"}):
        buffer = io.BytesIO()
        draw().savefig(buffer)
    assert corners(pixels(buffer.getvalue())) == 4 * [(1, 1, 1, 1)]


@every_figure
def test_drawing_changes_no_settings(draw):
    before = matplotlib.rcParams.copy()
    draw()
    assert matplotlib.rcParams.copy() == before


def test_arguments_may_be_lists():
    z, labels = Z.tolist(), LABELS.tolist()
    assert len(plotting.spin_gallery(SPINS.tolist()).axes) == 10
    assert len(plotting.latent_by_phase(z, labels).axes[0].collections) == 2
    assert len(plotting.latent_by_value(z, labels, "label", symmetric=True).axes) == 2


@pytest.mark.parametrize("name", ["loss_curves", "latent_by_phase", "latent_by_value"])
def test_axes_are_labelled(name):
    ax = CALLS[name]().axes[0]
    assert ax.get_xlabel() and ax.get_ylabel()


@pytest.mark.slow
def test_a_notebook_shows_each_figure_exactly_once():
    setup = (
        "import numpy as np\nfrom ai4mat_ising import plotting\n"
        "from ai4mat_ising.training import History\n"
        "z, labels = np.random.default_rng(0).normal(size=(30, 2)), np.tile([0, 1, 1], 10)"
    )
    cells = [
        "plotting.spin_gallery(np.ones((3, 4, 4)))",
        "plotting.loss_curves(History([0.3, 0.2], [0.35, 0.25]), 'MSE')",
        "plotting.latent_by_phase(z, labels)",
        "plotting.latent_by_value(z, z[:, 0], 'm', symmetric=True)",
    ]
    assert len(cells) == len(CALLS)
    sources = [setup, *cells, "fig = plotting.latent_by_phase(z, labels)"]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, sources)))
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    first, *shown, kept = [cell.outputs for cell in notebook.cells]
    assert first == kept == []
    for outputs in shown:
        assert [output.output_type for output in outputs] == ["execute_result"]
        image = pixels(base64.b64decode(outputs[0].data["image/png"]))
        assert corners(image) == 4 * [(1, 1, 1, 1)]


# --- spin_gallery ----------------------------------------------------------------------------


def gray(ax, value):
    image = ax.images[0]
    return to_hex(image.cmap(image.norm(value)))


def test_up_is_white_and_down_is_black_for_spins_and_images():
    for images, down in [(SPINS, -1), ((SPINS + 1) / 2, 0), (SPINS > 0, 0)]:
        ax = plotting.spin_gallery(images).axes[0]
        assert (gray(ax, 1), gray(ax, down)) == ("#ffffff", "#000000")
        np.testing.assert_array_equal(ax.images[0].get_array(), images[0])


def test_every_image_of_a_gallery_has_the_same_scale():
    """An all-up configuration is white, and a probability of 1/2 a middle gray beside anything."""
    axes = plotting.spin_gallery([np.full((4, 4), p) for p in (1.0, 0.5, 0.0)], columns=3).axes
    assert [gray(ax, ax.images[0].get_array()[0, 0]) for ax in axes] == [
        "#ffffff", "#808080", "#000000"
    ]  # fmt: skip
    axes = plotting.spin_gallery([np.ones((4, 4)), -np.ones((4, 4))], columns=2).axes
    assert [gray(ax, ax.images[0].get_array()[0, 0]) for ax in axes] == ["#ffffff", "#000000"]


@pytest.mark.parametrize("columns, rows", [(5, 2), (7, 1), (1, 7), (3, 3), (10, 1)])
def test_images_fill_rows_and_the_rest_stays_empty(columns, rows):
    axes = plotting.spin_gallery(SPINS, columns=columns).axes
    assert len(axes) == rows * columns
    assert [len(ax.images) for ax in axes] == [1] * 7 + [0] * (rows * columns - 7)
    assert not any(ax.get_frame_on() for ax in axes[7:])


@pytest.mark.slow
def test_titles_and_row_labels_are_in_sight():
    """`axis("off")`, as in the published week-11 lesson, would hide the row labels."""
    titles = [f"T = {i}" for i in range(7)]
    rows = np.array(["original", "reconstruction"])
    axes = plotting.spin_gallery(SPINS, titles, rows, columns=5).axes
    assert [ax.get_title() for ax in axes] == titles + 3 * [""]
    assert [axes[0].get_ylabel(), axes[5].get_ylabel()] == rows.tolist()
    assert all(ax.axison and ax.yaxis.label.get_visible() for ax in (axes[0], axes[5]))


def test_there_are_no_ticks_on_lattices():
    for ax in plotting.spin_gallery(SPINS).axes:
        assert len(ax.get_xticks()) == len(ax.get_yticks()) == 0


@pytest.mark.parametrize("shape", [(4, 4), (5, 1, 4, 4), (0, 4, 4)])
def test_a_gallery_needs_images_along_one_axis(shape):
    with pytest.raises(ValueError, match=r"images must have shape \(n, L, L\) .* got \("):
        plotting.spin_gallery(np.ones(shape))


# --- loss_curves -----------------------------------------------------------------------------


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_losses_stand_over_their_epochs():
    ax = plotting.loss_curves(HISTORY, "MSE per pixel").axes[0]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "MSE per pixel")
    assert legend(ax) == ["training", "validation"]
    for line, losses in zip(ax.lines, [HISTORY.train, HISTORY.validation]):
        assert line.get_xdata().tolist() == [1, 2, 3] and list(line.get_ydata()) == losses


def test_without_validation_there_is_one_curve():
    ax = plotting.loss_curves(History([0.3, 0.2]), "MSE").axes[0]
    assert legend(ax) == ["training"]


def test_every_reference_is_drawn():
    references = {f"PCA({k})": 0.2 - k / 100 for k in range(5)}
    ax = plotting.loss_curves(HISTORY, "MSE", references).axes[0]
    assert legend(ax) == ["training", "validation", *references]
    drawn = {line.get_label(): line.get_ydata()[0] for line in ax.lines[2:]}
    assert drawn == references
    assert len({line.get_linestyle() for line in ax.lines[2:5]}) == 3, "told apart without colour"


@pytest.mark.parametrize("epochs", [1, 2, 3, 20])
def test_epochs_are_whole_numbers(epochs):
    fig = plotting.loss_curves(History([0.2] * epochs), "MSE")
    fig.canvas.draw()
    ticks = fig.axes[0].get_xticks()
    np.testing.assert_array_equal(ticks, np.round(ticks))


# --- latent space ----------------------------------------------------------------------------


def test_phases_have_their_colours_and_names():
    ax = plotting.latent_by_phase(Z, LABELS).axes[0]
    assert legend(ax) == ["disordered (T > Tc)", "ordered (T < Tc)"]
    for points, label, colour in zip(ax.collections, (0, 1), ("#0072b2", "#d55e00")):
        np.testing.assert_array_equal(points.get_offsets(), Z[LABELS == label])
        assert to_hex(points.get_facecolor()[0]) == colour
    assert all(handle.get_alpha() == 1 for handle in ax.get_legend().legend_handles)


def test_one_phase_alone_can_be_shown():
    ax = plotting.latent_by_phase(Z, np.ones(30, dtype=bool)).axes[0]
    assert [len(points.get_offsets()) for points in ax.collections] == [0, 30]


def test_values_have_their_colours_and_a_name():
    fig = plotting.latent_by_value(Z, LABELS + 0.5, "temperature T")
    ax, bar = fig.axes
    points = ax.collections[0]
    np.testing.assert_array_equal(points.get_offsets(), Z)
    np.testing.assert_array_equal(points.get_array(), LABELS + 0.5)
    assert points.get_cmap() == plotting.TEMPERATURE and bar.get_ylabel() == "temperature T"
    assert points.get_clim() == (0.5, 1.5)


# Machado and co-workers' matrices (2009) for readers without red or green cones, linear RGB.
VISIONS = {
    "all cones": np.eye(3),
    "no green": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "no red": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
}
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colours):
    """Linear RGB of colours, (n, 3)."""
    c = to_rgba_array(colours)[:, :3]
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def seen(colours, vision):
    """CIELAB coordinates of colours as a reader sees them, (n, 3)."""
    x, y, z = (TO_XYZ @ np.clip(linear(colours) @ np.transpose(VISIONS[vision]), 0, 1).T).clip(1e-4)
    f = np.cbrt([x / 0.9505, y, z / 1.089])
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])], axis=1)


def contrast_with_white(colours):
    return 1.05 / (linear(colours) @ TO_XYZ[1] + 0.05)


@pytest.mark.parametrize("vision", VISIONS)
def test_lines_differ_by_more_than_steps_of_viridis_whatever_the_vision(vision):
    """Six steps of viridis are 17 apart at least; 10 is a difference at a glance."""
    points = seen(plotting.LINES, vision)
    distances = np.linalg.norm(points[:, None] - points, axis=2)[np.triu_indices(len(points), 1)]
    assert distances.min() > 24
    assert contrast_with_white(plotting.LINES).min() > 3


def test_every_temperature_stands_out_from_white_paper_and_the_hotter_is_the_lighter():
    scale = plotting.TEMPERATURE(np.linspace(0, 1, 100))
    assert contrast_with_white(scale).min() > 1.8
    assert (np.diff(seen(scale, "all cones")[:, 0]) > 0).all()


@pytest.mark.parametrize("values", [np.linspace(-1, 3, 30), np.linspace(-3, 1, 30)])
def test_symmetric_colours_have_zero_in_their_middle(values):
    fig = plotting.latent_by_value(Z, values, "m", symmetric=True)
    assert fig.axes[0].collections[0].get_clim() == (-3, 3)


@pytest.mark.parametrize("draw", [plotting.latent_by_phase, plotting.latent_by_value])
@pytest.mark.parametrize("shape", [(30,), (30, 1), (30, 3), (3, 5, 2)])
def test_only_a_plane_can_be_shown(draw, shape):
    extra = {"label": "m"} if draw is plotting.latent_by_value else {}
    with pytest.raises(ValueError, match=r"z must have shape \(n, 2\), got .* project it first"):
        draw(np.ones(shape), LABELS, **extra)


@pytest.mark.parametrize("values", [np.ones(29), np.ones((30, 1)), 1])
def test_every_point_needs_a_value(values):
    with pytest.raises(ValueError, match=r"labels must have shape \(30,\)"):
        plotting.latent_by_phase(Z, values)
    with pytest.raises(ValueError, match=r"values must have shape \(30,\)"):
        plotting.latent_by_value(Z, values, "m")


@pytest.mark.parametrize("labels", [np.repeat([-1, 1], 15), np.repeat([0, 1, 2], 10)])
def test_no_point_is_left_out_for_its_label(labels):
    with pytest.raises(ValueError, match="labels must be 0 or 1, got"):
        plotting.latent_by_phase(Z, labels)
