"""Live figures: on a page of the book a simulation takes the place of a picture.

The simulation is `ising.mjs`, what one sees and touches is `live.mjs`. The state of a figure
travels in the metadata of its picture, and so with the outputs that the book keeps.
"""

import numpy as np

from ai4mat_ising import exact
from ai4mat_ising.arguments import checked_integer

ALGORITHMS = ("metropolis", "wolff")
SIZES = (32, 64, 128, 256)
RANGE = np.linspace(1, 4, 121)  # temperatures of the slider and of the exact curves


class Live:
    """A picture that becomes a live simulation of the Ising model on a page of the book.

    As the last expression of a cell it shows the picture. `tools/furnish.py` gives the picture's
    state to the page; without JavaScript, in print and in a notebook the picture stays.
    Introduced in the chapter on the Ising model.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    size : int, default 64
        Side length L of the lattice: 32, 64, 128 or 256.
    temperature : float, default 2.3
        In units of J / k_B, between 1 and 4.
    algorithm : str, default "metropolis"
        Or "wolff".

    Attributes
    ----------
    state : dict
        What the page needs: the arguments, and exact curves T, m and e (the energy per spin in
        units of J) of the infinite lattice.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    def __init__(self, picture, *, size=64, temperature=2.3, algorithm="metropolis"):
        if checked_integer("size", size, 2) not in SIZES:
            raise ValueError(f"size must be one of {SIZES}, got {size}")
        if not RANGE[0] <= temperature <= RANGE[-1]:
            raise ValueError(f"temperature must be between 1 and 4, got {temperature!r}")
        if algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm must be one of {ALGORITHMS}, got {algorithm!r}")
        self.picture = picture
        self.state = {"size": int(size), "temperature": float(temperature), "algorithm": algorithm}
        curves = RANGE, exact.spontaneous_magnetization(RANGE), exact.energy(RANGE)
        for name, curve in zip(("T", "m", "e"), curves, strict=True):
            self.state[name] = np.round(curve, 4).tolist()

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Return the picture as the notebook would show it, with the state in its metadata."""
        from IPython import get_ipython  # where cells are shown, it is there

        data, metadata = get_ipython().display_formatter.format(self.picture)
        metadata.setdefault("image/png", {})["live"] = self.state
        return data, metadata
