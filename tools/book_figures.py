"""Figures as the book shows them: an IPython extension, which `build_book` gives its kernels.

Each figure is kept twice, with two pixels for each of the page: as it is drawn, and as wide as a
phone, with its panels below one another, so that its letters are as large as on a desk.
"""

import base64
import io

from IPython.core.pylabtools import retina_figure
from matplotlib.figure import Figure
from PIL import Image

NARROW = "narrow"  # its name in the metadata of the output: as a format MyST-NB would warn of it
PHONE = 3.5  # inches, of 100 pixels each
LETTER = 0.07  # width of one in a title


def load_ipython_extension(shell):
    """Show figures so from now on."""
    shell.display_formatter.mimebundle_formatter.for_type(Figure, bundle)


def bundle(figure, include=None, exclude=None):
    """Return a figure as an encoded picture, with its size on the page and its narrow twin."""
    wide, size = picture(figure)
    narrow(figure)
    data = {"text/plain": repr(figure), "image/png": wide}
    return data, {"image/png": size | {NARROW: picture(figure)[0]}}


def picture(figure):
    """Return a figure as an encoded PNG with a palette, and its size on the page."""
    data, size = retina_figure(figure)
    image = Image.open(io.BytesIO(data))
    image = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
    palette, corner = image.getpalette(), image.getpixel((0, 0))
    palette[3 * corner : 3 * corner + 3] = [255] * 3  # the paper stays white
    image.putpalette(palette)
    file = io.BytesIO()
    image.save(file, "png", optimize=True, dpi=(200, 200))
    return base64.b64encode(file.getvalue()).decode(), size


def narrow(figure):
    """Make a figure as wide as a phone."""
    width, height = figure.get_size_inches()
    panels = [ax for ax in figure.axes if ax.get_subplotspec()]
    grids = {ax.get_subplotspec().get_gridspec() for ax in panels}
    if len(grids) != 1:
        figure.set_size_inches(PHONE, height * PHONE / width)
        return
    (grid,) = grids
    rows, columns = grid.nrows, grid.ncols
    fit = columns_that_fit(panels, columns, width / columns)
    if fit < columns:
        name_axes(panels, columns)
        below_one_another(figure, panels, fit)
    new_rows = rows if fit == columns else -(-len(panels) // fit)
    stretch = min(PHONE / fit / (width / columns), 1.15)
    if rows == columns == 1:
        stretch *= 1.2  # a legend needs room
    figure.set_size_inches(PHONE, new_rows * height / rows * stretch)


def columns_that_fit(panels, columns, width):
    """Return how many panels can stand side by side on a phone; `width` is that of one."""
    if not any(len(ax.get_xticks()) for ax in panels):  # pictures of configurations
        if any(ax.get_ylabel() for ax in panels) or columns > 6:
            return columns  # what stands in a row belongs together
        title = max(len(line) for ax in panels for line in (ax.get_title() or " ").split("\n"))
        return min(columns, max(1, int(PHONE / (LETTER * title + 0.1))))
    return min(columns, max(1, int(PHONE / width)))


def name_axes(panels, columns):
    """Let each panel say what its axes are, where it has left that to its neighbour."""
    for i, ax in enumerate(panels):
        first, last = panels[i // columns * columns], panels[len(panels) - columns + i % columns]
        if not len(ax.get_xticks()):
            continue
        ax.tick_params(labelleft=True, labelbottom=True)
        ax.set_ylabel(ax.get_ylabel() or first.get_ylabel())
        ax.set_xlabel(ax.get_xlabel() or last.get_xlabel())


def below_one_another(figure, panels, columns):
    """Put panels into another grid."""
    grid = figure.add_gridspec(-(-len(panels) // columns), columns)
    for i, ax in enumerate(panels):
        ax.set_subplotspec(grid[i // columns, i % columns])
