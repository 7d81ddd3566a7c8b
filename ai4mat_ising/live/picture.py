"""A picture that carries the state of a live figure; the kinds of figures are in other modules."""

import os

import matplotlib.pyplot as plt

from ai4mat_ising.live.widget import widget_of


class LivePicture:
    """A picture that becomes a live figure, in a notebook and on a page of the book.

    As the last expression of a cell it shows a widget in a notebook, and the picture if anywidget
    is missing. When the book is built (the environment has AI4MAT_LIVE=page) the state travels
    with the picture and `tools/furnish.py` gives it to the page; without JavaScript and in print
    the picture stays.

    Attributes
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    state : dict
        What the script of the figure needs; it can be written as JSON.
    """

    kind = None  # by which `book/_static/live.mjs` finds the script

    def __init__(self, picture, state):
        plt.close(picture)  # a notebook shows what is open once more
        self.picture = picture
        self.state = {"kind": self.kind, **state}

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the picture as the notebook would show it, and with it what makes it live."""
        from IPython import get_ipython  # where cells are shown, it is there

        data, metadata = get_ipython().display_formatter.format(self.picture)
        if os.environ.get("AI4MAT_LIVE") == "page":
            metadata.setdefault("image/png", {})["live"] = self.state
        elif widget := widget_of(self.kind, self.state):
            view, about = widget._repr_mimebundle_()
            data, metadata = view | data, about | metadata
        return data, metadata


def checked_temperature(temperature):
    """Return a temperature as a float, or raise a ValueError if the sliders lack it."""
    if not 1 <= temperature <= 4:
        raise ValueError(f"temperature must be between 1 and 4, got {temperature!r}")
    return float(temperature)
