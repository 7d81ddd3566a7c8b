"""The live bound: a generator keeps its configurations, and the reader changes the temperature."""

import numpy as np

from ai4mat_ising import exact
from ai4mat_ising.live.export import packed
from ai4mat_ising.live.picture import LivePicture
from ai4mat_ising.observables import energy_per_spin
from ai4mat_ising.packing import pack_spins

RANGE = np.linspace(1.3, 4.2, 146)  # temperatures of the slider and of the exact curves
SHOWN = 12  # configurations of each generator


class LiveBound(LivePicture):
    """A picture that becomes the bound of generators at a temperature of the reader's choice.

    F_q = E_q - T S_q of a generator that stays as it is is a straight line in T, which lies above
    the exact F. Introduced in the chapter on learning from the energy.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    generators : dict of str to tuple
        By names that the reader chooses from: configurations that a generator has drawn, of shape
        (n, L, L), and their ln q, of shape (n,). L is the same for all.

    Attributes
    ----------
    state : dict
        What the page needs: the lattice size, exact curves T, lnZ (of the torus, not per spin) and
        e (energy per spin), and for each generator its mean energy, its entropy and a few of its
        configurations.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "bound"

    def __init__(self, picture, generators):
        if not isinstance(generators, dict) or not generators:
            raise ValueError(f"generators must be a dict with at least one, got {generators!r}")
        made = [_generator(name, *pair) for name, pair in generators.items()]
        sizes = {one.pop("size") for one in made}
        if len(sizes) > 1:
            raise ValueError(f"generators must have the same lattice size, got {sorted(sizes)}")
        (size,) = sizes
        super().__init__(
            picture,
            {
                "size": size,
                "T": np.round(RANGE, 4).tolist(),
                "lnZ": np.round(size**2 * exact.log_partition(RANGE, size), 4).tolist(),
                "e": np.round(exact.energy(RANGE, size), 4).tolist(),
                "generators": made,
            },
        )


def _generator(name, spins, log_q):
    """Return what the page needs of a generator, and its lattice size."""
    energy, log_q = energy_per_spin(spins), np.asarray(log_q, dtype=float)
    if energy.ndim != 1 or log_q.shape != energy.shape or len(log_q) < SHOWN:
        raise ValueError(
            f"generators must have at least {SHOWN} configurations (n, L, L) and as many ln q, "
            f"got shapes {np.shape(spins)} and {log_q.shape} for {name!r}"
        )
    if not np.isfinite(log_q).all():
        raise ValueError(f"generators must have finite ln q, got others for {name!r}")
    size = np.shape(spins)[-1]
    return {
        "name": name,
        "size": size,
        "energy": round(float(size**2 * energy.mean()), 4),
        "entropy": round(float(-log_q.mean()), 4),
        "spins": packed(pack_spins(np.asarray(spins)[:SHOWN]), "uint8"),
    }
