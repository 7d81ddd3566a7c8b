"""Figures that more than one page shows; a figure of one page only is drawn on that page.

Every function returns the Figure and leaves none open, so a notebook shows it once: as the value
of the cell. All colours of the book are here: lines differ whatever one's colour vision, each
temperature stands out from white paper, signed quantities have two hues, and the scale of angles
closes.
"""

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

ORDERED, DISORDERED, EXACT = "#D55E00", "#0072B2", "#000000"
LINES = (DISORDERED, ORDERED, "#660066", "#669999", "#CC00FF", "#993333")
# Without the light yellow at its end: cold is dark blue, Tc a purple, hot an orange.
TEMPERATURE = ListedColormap(plt.get_cmap("plasma")(np.linspace(0, 0.82, 256)), "temperature")
SIGNED, ANGLE = "coolwarm", "twilight_shifted"
# A plane in which distances are compared has the same scale both ways.
DISTANCES = {"aspect": "equal", "adjustable": "datalim"}
PHASES = {0: ("disordered (T > Tc)", DISORDERED), 1: ("ordered (T < Tc)", ORDERED)}


def spin_gallery(images, titles=None, row_labels=None, columns=5):
    """Show configurations side by side, white for spin up.

    Parameters
    ----------
    images : array_like, shape (n, L, L)
        Spins -1/+1, or images or probabilities in [0, 1].
    titles : sequence of str, optional
        One line above each image.
    row_labels : sequence of str, optional
        One line left of each row.
    columns : int, default 5
        Images per row.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `images` does not have three axes, or is empty.
    """
    images = np.asarray(images)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"images must have shape (n, L, L) with n >= 1, got {images.shape}")
    low = -1 if images.min() < 0 else 0
    rows = -(-len(images) // columns)
    fig, axes = _subplots(rows, columns, figsize=(8, 8 * rows / columns + 0.3), squeeze=False)
    for i, ax in enumerate(axes.flat):
        # Hiding the ticks, not the axes, keeps the row labels in sight.
        ax.set(xticks=[], yticks=[], frame_on=i < len(images))
        if i < len(images):
            ax.imshow(images[i], cmap="gray", vmin=low, vmax=1)
        if titles is not None and i < len(titles):
            ax.set_title(titles[i], fontsize=9)
    for label, ax in zip([] if row_labels is None else row_labels, axes[:, 0]):
        ax.set_ylabel(label)
    return fig


def loss_curves(history, ylabel, references=None):
    """Draw training and validation loss against the epoch.

    Parameters
    ----------
    history : History
        Result of `ai4mat_ising.training.fit`.
    ylabel : str
        Name of the loss, with its unit.
    references : dict of str to float, optional
        Named horizontal lines to compare with.

    Returns
    -------
    matplotlib.figure.Figure
    """
    fig, ax = _subplots(figsize=(6, 3.8))
    epochs = np.arange(1, len(history.train) + 1)
    ax.plot(epochs, history.train, "o-", ms=3, color=DISORDERED, label="training")
    if history.validation:
        ax.plot(epochs, history.validation, "s-", ms=3, color=ORDERED, label="validation")
    for style, (name, value) in zip(cycle(["--", ":", "-."]), (references or {}).items()):
        ax.axhline(value, color=EXACT, lw=1, ls=style, label=name)
    ax.set(xlabel="epoch", ylabel=ylabel)
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    ax.legend()
    return fig


def latent_by_phase(z, labels):
    """Draw a scatter of two latent coordinates, coloured by phase.

    Parameters
    ----------
    z : array_like, shape (n, 2)
        Codes, or a projection of them.
    labels : array_like of int, shape (n,)
        1 for ordered, 0 for disordered.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `z` is not of shape (n, 2), or `labels` not 0 or 1 of shape (n,).
    """
    z, labels = _checked_plane(z, labels, "labels")
    if not np.isin(labels, list(PHASES)).all():
        raise ValueError(f"labels must be 0 or 1, got {np.unique(labels)}")
    fig, ax = _subplots(figsize=(6, 5))
    for value, (name, colour) in PHASES.items():
        ax.scatter(*z[labels == value].T, s=8, alpha=0.4, lw=0, color=colour, label=name)
    ax.set(xlabel="latent coordinate 1", ylabel="latent coordinate 2", **DISTANCES)
    for handle in ax.legend().legend_handles:
        handle.set(alpha=1, sizes=[30])
    return fig


def latent_by_value(z, values, label, symmetric=False):
    """Draw a scatter of two latent coordinates, coloured by a number such as T or m.

    Parameters
    ----------
    z : array_like, shape (n, 2)
        Codes, or a projection of them.
    values : array_like, shape (n,)
        Numbers that the colour shows.
    label : str
        Text beside the colour bar.
    symmetric : bool, default False
        Whether the sign matters: two hues, centred on zero, instead of the scale of temperatures.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    ValueError
        If `z` is not of shape (n, 2), or `values` not of shape (n,).
    """
    z, values = _checked_plane(z, values, "values")
    limit = np.abs(values).max() if symmetric else None
    low = -limit if symmetric else None
    cmap = SIGNED if symmetric else TEMPERATURE
    fig, ax = _subplots(figsize=(6, 5))
    points = ax.scatter(*z.T, c=values, s=8, lw=0, cmap=cmap, vmin=low, vmax=limit)
    ax.set(xlabel="latent coordinate 1", ylabel="latent coordinate 2", **DISTANCES)
    fig.colorbar(points, label=label)
    return fig


def _checked_plane(z, values, name):
    z, values = np.asarray(z), np.asarray(values)
    if z.ndim != 2 or z.shape[1] != 2:
        raise ValueError(f"z must have shape (n, 2), got {z.shape}; project it first")
    if values.shape != z.shape[:1]:
        raise ValueError(f"{name} must have shape ({len(z)},) like z's rows, got {values.shape}")
    return z, values


def _subplots(*args, **kwargs):
    """Make subplots, white whatever the page's colour, that are not shown a second time."""
    fig, axes = plt.subplots(*args, layout="constrained", facecolor="white", **kwargs)
    plt.close(fig)
    return fig, axes
