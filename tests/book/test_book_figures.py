"""Figures of the book: sharp, white, small files; and on a phone as legible as on a desk."""

import base64
import io

import book_figures
import matplotlib.pyplot as plt
import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def shown():
    """A function that returns both pictures of a new figure, and the figure as it was left."""

    def make(rows, columns, draw, **settings):
        fig, axes = plt.subplots(rows, columns, layout="constrained", squeeze=False, **settings)
        for i, ax in enumerate(axes.flat):
            draw(i, ax)
        plt.close(fig)
        data, about = book_figures.bundle(fig)
        size = about["image/png"]
        pictures = [data["image/png"], size[book_figures.NARROW]]
        images = [Image.open(io.BytesIO(base64.b64decode(picture))) for picture in pictures]
        return images, size, fig

    return make


def curve(i, ax):
    ax.plot([0, 1], [i, 1])
    ax.set(xlabel="x")
    if i == 0:
        ax.set(ylabel="y")


def configuration(i, ax):
    ax.imshow(np.eye(4))
    ax.set(xticks=[], yticks=[], title=f"T = {i}.00")


def test_a_picture_has_two_pixels_for_one_a_palette_and_white_paper(shown):
    (wide, narrow), size, _ = shown(1, 2, curve, figsize=(8, 3))
    assert wide.mode == narrow.mode == "P"
    assert abs(wide.width - 2 * size["width"]) <= 1 and wide.info["dpi"][0] == pytest.approx(
        200, abs=0.1
    )
    for image in wide, narrow:
        assert image.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("columns", [1, 2, 3, 4])
def test_the_narrow_picture_is_as_wide_as_a_phone_and_its_panels_stand_in_a_column(shown, columns):
    (_, narrow), _, fig = shown(1, columns, curve, figsize=(8, 3))
    assert 300 < narrow.width / 2 < 375
    places = [ax.get_position() for ax in fig.axes]
    assert all(place.x0 < 0.35 and place.width > 0.5 for place in places)
    assert len({round(place.y0, 2) for place in places}) == columns


def test_a_panel_in_a_column_names_what_its_neighbour_named(shown):
    _, _, fig = shown(1, 2, curve, figsize=(8, 3), sharey=True)
    assert [ax.get_ylabel() for ax in fig.axes] == ["y", "y"]
    fig.canvas.draw()
    assert any(label.get_visible() for label in fig.axes[1].get_yticklabels())


@pytest.mark.parametrize(("title", "columns"), [("T = 1", 5), ("E/N = -2.00, m = +1.00", 2)])
def test_small_pictures_stand_side_by_side_as_far_as_their_titles_fit(shown, title, columns):
    def titled(i, ax):
        configuration(i, ax)
        ax.set_title(title, fontsize=9)

    _, _, fig = shown(1, 5, titled, figsize=(8, 2))
    assert len({round(ax.get_position().x0, 2) for ax in fig.axes}) == columns


def test_rows_that_belong_together_stay(shown):
    def row(i, ax):
        configuration(i, ax)
        ax.set_ylabel("original" if i == 0 else "")

    _, _, fig = shown(2, 5, row, figsize=(8, 3))
    assert fig.axes[0].get_subplotspec().get_gridspec().ncols == 5


def test_a_shared_colour_bar_stays_beside_the_panels(shown):
    def points(i, ax):
        image = ax.scatter([0, 1], [0, 1], c=[0, 1])
        if i == 1:
            ax.figure.colorbar(image, ax=ax.figure.axes[:2])

    _, _, fig = shown(1, 2, points, figsize=(8, 3))
    panels, bar = fig.axes[:2], fig.axes[2]
    assert all(bar.get_position().x0 > panel.get_position().x1 for panel in panels)
