"""Live simulations of the Ising model: `ising.mjs` computes them.

`ising_figure.mjs` shows one, `race_figure.mjs` two side by side.
"""

import numpy as np

from ai4mat_ising import exact
from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.live.picture import LivePicture, checked_temperature

ALGORITHMS = ("metropolis", "wolff")
SIZES = (32, 64, 128, 256)
RANGE = np.linspace(1, 4, 121)  # temperatures of the slider and of the exact curves


class Live(LivePicture):
    """A picture that becomes a live simulation of the Ising model.

    The last expression of a cell, it is live on a page of the book and in a notebook. Where it
    cannot move, the picture stays: without JavaScript and in print. Introduced in the chapter on
    the Ising model.

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

    kind = "ising"

    def __init__(self, picture, *, size=64, temperature=2.3, algorithm="metropolis"):
        size, temperature = _checked_size(size), checked_temperature(temperature)
        if algorithm not in ALGORITHMS:
            raise ValueError(f"algorithm must be one of {ALGORITHMS}, got {algorithm!r}")
        state = {"size": size, "temperature": temperature, "algorithm": algorithm}
        curves = RANGE, exact.spontaneous_magnetization(RANGE), exact.energy(RANGE)
        for name, curve in zip(("T", "m", "e"), curves, strict=True):
            state[name] = np.round(curve, 4).tolist()
        super().__init__(picture, state)


class LiveRace(LivePicture):
    """A picture that becomes two live simulations: Metropolis' algorithm beside Wolff's.

    Both start from the same configuration and have the same temperature. Introduced in the chapter
    on perfect samples.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    size : int, default 64
        Side length L of both lattices: 32, 64, 128 or 256.
    temperature : float, default 1.0
        In units of J / k_B, between 1 and 4.

    Attributes
    ----------
    state : dict
        What the page needs: the arguments.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "race"

    def __init__(self, picture, *, size=64, temperature=1.0):
        size, temperature = _checked_size(size), checked_temperature(temperature)
        super().__init__(picture, {"size": size, "temperature": temperature})


def _checked_size(size):
    """Return the side length of a lattice, or raise a ValueError if the reader can't choose it."""
    if checked_integer("size", size, 2) not in SIZES:
        raise ValueError(f"size must be one of {SIZES}, got {size}")
    return int(size)
