"""A picture that carries the state of a live figure; the kinds of figures are in other modules."""

import matplotlib.pyplot as plt


class LivePicture:
    """A picture that becomes a live figure on a page of the book.

    As the last expression of a cell it shows the picture. `tools/furnish.py` gives the picture's
    state to the page; without JavaScript, in print and in a notebook the picture stays.

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
        """Return the picture as the notebook would show it, with the state in its metadata."""
        from IPython import get_ipython  # where cells are shown, it is there

        data, metadata = get_ipython().display_formatter.format(self.picture)
        metadata.setdefault("image/png", {})["live"] = self.state
        return data, metadata


def checked_temperature(temperature):
    """Return a temperature as a float, or raise a ValueError if the sliders lack it."""
    if not 1 <= temperature <= 4:
        raise ValueError(f"temperature must be between 1 and 4, got {temperature!r}")
    return float(temperature)
