"""The live draws: samples of several models beside exact ones, drawn one by one."""

import numpy as np

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.live.export import packed
from ai4mat_ising.live.picture import LivePicture
from ai4mat_ising.packing import pack_spins

EXACT = "exact"


class LiveDraws(LivePicture):
    """A picture that becomes draws of the reader: each model's next sample beside an exact one.

    Means of all draws so far stand beside what is expected. The reader may also guess which of the
    pictures is exact. Introduced in the chapter on generating critical configurations.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    models : dict of str to array_like, shape (n, L, L)
        Samples of each model by its name, spins -1/+1. L is even, n may differ.
    exact : array_like, shape (n, L, L)
        Samples of the distribution that the models were to learn.
    energy, magnetization : float
        What is expected of E/N, in units of J, and of the mean of ``|m|``.
    samples : int, default 150
        How many samples of each model travel: its first ones.

    Attributes
    ----------
    state : dict
        What the page needs: size, names (the last is "exact"), packed spins of each, and what is
        expected.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "draws"

    def __init__(self, picture, models, exact, energy, magnetization, *, samples=150):
        samples = checked_integer("samples", samples, 2)
        if not isinstance(models, dict) or not models or EXACT in models:
            raise ValueError(
                f"models must be a dict with at least one model, none named {EXACT!r}, "
                f"got {models if not isinstance(models, dict) else [*models]!r}"
            )
        size = np.shape(exact)[-1]
        spins = {
            name: _checked_spins(name, one, size, samples)
            for name, one in (models | {EXACT: exact}).items()
        }
        state = {
            "size": size,
            "names": [*spins],
            "spins": [packed(pack_spins(one), "uint8") for one in spins.values()],
            "energy": float(energy),
            "magnetization": float(magnetization),
        }
        super().__init__(picture, state)


def _checked_spins(name, spins, size, samples):
    """Return the first samples of a model, or raise a ValueError if they are not as described."""
    spins = np.asarray(spins)[:samples]
    if size < 4 or size % 2 or spins.shape != (samples, size, size):
        raise ValueError(
            f"samples must have shape (n, L, L) with n of at least {samples} and one even L of at "
            f"least 4, got {spins.shape} for {name!r}"
        )
    if not np.isin(spins, (-1, 1)).all():
        raise ValueError(f"samples must be spins -1/+1, got others for {name!r}")
    return spins
