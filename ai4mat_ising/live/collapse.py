"""The live data collapse: the reader turns Tc and the exponents until all sizes are one curve."""

import numpy as np

from ai4mat_ising import scaling
from ai4mat_ising.live.picture import LivePicture

NAMES = ("Tc", "nu", "ratio")


class LiveCollapse(LivePicture):
    """A picture that becomes a data collapse under the reader's hands.

    The reader turns Tc, nu and beta / nu, sees the curves of all sizes move, and reads chi-square.
    Introduced in the chapter on the critical point.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    temperatures : sequence of array_like, each of shape (t,)
        For each size, in units of J / k_B.
    sizes : sequence of int
        Side lengths L, four at most.
    orders : dict of str to sequence of array_like, each of shape (t, n)
        Order parameters by names that the reader chooses from: independent samples for each size
        and temperature.
    points : dict of str to scaling.CriticalPoint
        For each name of `orders` what a fit has found; a button goes there.
    exactly : tuple of float, optional
        Tc, nu and beta / nu, to which another button goes; none without it.

    Attributes
    ----------
    state : dict
        What the page needs: temperatures, sizes, and for each order parameter Binder's cumulants,
        means of the absolute value, and their standard errors by `scaling.bootstrap`.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "collapse"

    def __init__(self, picture, temperatures, sizes, orders, points, *, exactly=None):
        if not isinstance(orders, dict) or not orders or {*orders} != {*points}:
            raise ValueError(
                "orders must be a dict with at least one name, and points have the same names, "
                f"got {[*orders]} and {[*points]}"
            )
        if not 2 <= len(sizes) <= 4 or len(temperatures) != len(sizes):
            raise ValueError(
                f"sizes must be two to four, with temperatures for each, got {len(sizes)} and "
                f"{len(temperatures)}"
            )
        curves = [
            {"name": name, "best": _three(points[name]), **_curves(name, parts, temperatures)}
            for name, parts in orders.items()
        ]
        state = {
            "sizes": [int(size) for size in sizes],
            "temperatures": [np.round(part, 5).tolist() for part in temperatures],
            "orders": curves,
        }
        if exactly is not None:
            state["exactly"] = dict(zip(NAMES, map(float, exactly), strict=True))
        super().__init__(picture, state)


def _three(point):
    """Return Tc, nu and beta / nu of a fit, as the sliders take them."""
    return {name: round(getattr(point, name).value, 5) for name in NAMES}


def _curves(name, parts, temperatures):
    """Return cumulants U and means y of samples, each with its errors: lists for each size."""
    shapes = [np.shape(part)[:1] for part in parts]
    if shapes != [np.shape(part) for part in temperatures]:
        raise ValueError(f"orders must have samples at each temperature, got {shapes} for {name!r}")
    drawn = scaling.bootstrap(lambda some: [scaling.moments(part) for part in some], parts)
    values = np.array([scaling.moments(part) for part in parts])
    errors = drawn.std(axis=0)
    if not (np.isfinite(values).all() and (errors > 0).all()):
        raise ValueError(f"orders must hold samples that vary, got {name!r}")
    return {
        key: [[_short(number) for number in part] for part in table]
        for key, table in {
            "U": values[:, 0],
            "y": values[:, 1],
            "errorU": errors[:, 0],
            "errorY": errors[:, 1],
        }.items()
    }


def _short(number):
    """Return a number with five digits, which is less than its error."""
    return float(f"{number:.5g}")
