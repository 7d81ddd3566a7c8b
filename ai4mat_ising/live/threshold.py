"""The live threshold: a rule for the phase that the reader drags through histograms."""

import numpy as np

from ai4mat_ising.live.picture import LivePicture

EDGES = 250  # places of the threshold, about at most
STEPS = (1, 2, 5)  # between two of them, times a power of ten


class LiveThreshold(LivePicture):
    """A picture that becomes a threshold under the reader's hands.

    The reader drags it through the histogram of a feature, by phase, and reads how often the rule
    "ordered if the feature is above the threshold" is right. Introduced in the week-11 chapter.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    features : dict of str to array_like, shape (n,)
        Numbers that tell the phases apart, well or badly, by names that the reader chooses from.
    labels : array_like of int, shape (n,)
        1 for ordered, 0 for disordered.
    below : sequence of str, default ()
        Names of the features that are low in the ordered phase. Their rule is "ordered if the
        feature is below the threshold".

    Attributes
    ----------
    state : dict
        What the page needs: for each feature its name, whether its rule is "below", the lowest
        threshold, the step from one threshold to the next, and how many ordered and disordered
        samples lie between them. A sample that equals a threshold is counted on the side that the
        rule calls disordered, so that accuracies are exact.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "threshold"

    def __init__(self, picture, features, labels, *, below=()):
        if not isinstance(features, dict) or not features:
            raise ValueError(f"features must be a dict with at least one feature, got {features!r}")
        labels = np.asarray(labels)
        if labels.ndim != 1 or {*labels.tolist()} != {0, 1}:
            raise ValueError(
                "labels must have shape (n,) and hold 0 (disordered) and 1 (ordered), got "
                f"shape {labels.shape} with {np.unique(labels)[:5].tolist()}"
            )
        if isinstance(below, str) or not {*below} <= {*features}:
            raise ValueError(f"below must be names of {[*features]}, got {below!r}")
        counts = [
            {"name": name, **_counted(name, values, labels, name in below)}
            for name, values in features.items()
        ]
        super().__init__(picture, {"features": counts})


def _counted(name, values, labels, below):
    """Return the histograms of both phases on the grid of thresholds."""
    values = np.asarray(values, dtype=float)
    if values.shape != labels.shape:
        raise ValueError(
            f"features must have shape {labels.shape}, one number for each label, got "
            f"{values.shape} for {name!r}"
        )
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        raise ValueError(f"features must hold finite numbers that differ, got {name!r}")
    step = _step(np.ptp(values) / EDGES)
    # From the threshold that calls no sample ordered to the one that calls all ordered.
    ends = np.round(np.array([values.min(), values.max()]) / step, 6)
    low, high = np.floor(ends) + [0, 1] if below else np.ceil(ends) - [1, 0]
    edges = np.round(np.arange(low, high + 1) * step, 12)
    bins = np.searchsorted(edges, values, side="right" if below else "left") - 1
    ordered, disordered = (
        np.bincount(bins[labels == phase], minlength=len(edges) - 1).tolist() for phase in (1, 0)
    )
    return {
        "below": below,
        "low": float(edges[0]),
        "step": step,
        "ordered": ordered,
        "disordered": disordered,
    }


def _step(least):
    """Return the smallest of 1, 2, 5, 10, ... or of their tenths that is not below a number."""
    power = 10.0 ** np.floor(np.log10(least))
    steps = [float(f"{k * power:.6g}") for k in (*STEPS, 10)]
    return next(step for step in steps if step >= least * (1 - 1e-9))
