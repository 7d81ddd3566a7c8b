"""Latent spaces: encode data, project and interpolate codes, and ask what a coordinate separates.

Configurations are drawn from a model in `drawing` and `models`. Codes ``z`` are NumPy arrays
(n, latent_dim); labels are 1 for the ordered and 0 for the disordered phase.
"""

from typing import NamedTuple

import numpy as np
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch.utils.data import DataLoader

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.datasets import images_of
from ai4mat_ising.threads import torch_threads


@torch.no_grad()
def encode(model, data, batch_size=1000):
    """Return the latent codes of a whole data set.

    Introduced in the week-11 chapter.

    Parameters
    ----------
    model : torch.nn.Module
        A model with a method ``encode(x)`` that returns codes (B, latent_dim).
    data : Dataset or torch.Tensor
        Images (n, 1, L, L), or a dataset of images or of (image, label) pairs.
    batch_size : int, default 1000
        Images encoded at once.

    Returns
    -------
    ndarray, shape (n, latent_dim)
        In the order of `data`. The model's training mode is left as it was.
    """
    images = images_of(data)
    batches = DataLoader(data, batch_size) if images is None else images.split(batch_size)
    device = next(model.parameters()).device
    was_training = model.training
    model.eval()
    try:
        with torch_threads(1):
            codes = [
                model.encode((x if torch.is_tensor(x) else x[0]).to(device)).cpu() for x in batches
            ]
    finally:
        model.train(was_training)
    return torch.cat(codes).numpy()


class Projection(NamedTuple):
    """Result of `project`: coordinates (n, k) and the share of variance each axis explains (k,)."""

    coordinates: np.ndarray
    explained: np.ndarray


def project(z, n_components=2):
    """Project codes onto their first principal components.

    Introduced in the chapter on two latents.

    Parameters
    ----------
    z : array_like, shape (n, latent_dim)
        Codes, or any other vectors: flattened images give the PCA of the data themselves.
    n_components : int, default 2
        Axes to keep, at most ``min(n, latent_dim)``.

    Returns
    -------
    Projection
        ``.coordinates``, shape (n, n_components), and ``.explained``, shape (n_components,):
        each axis's share of the total variance.

    Raises
    ------
    ValueError
        If `z` is not two-dimensional or has fewer than `n_components` rows or columns.
    """
    z = _checked_codes("z", z)
    if not 1 <= n_components <= min(z.shape):
        raise ValueError(
            f"n_components must lie between 1 and {min(z.shape)} for z of shape {z.shape}, "
            f"got {n_components!r}"
        )
    # The full solver is deterministic; the randomised one that "auto" may choose is not.
    pca = PCA(n_components, svd_solver="full").fit(z)
    return Projection(pca.transform(z), pca.explained_variance_ratio_)


def interpolate(z_start, z_end, steps=10):
    """Return codes on the straight line between two codes, both ends included.

    Parameters
    ----------
    z_start, z_end : array_like, shape (latent_dim,)
        The ends.
    steps : int, default 10
        Number of codes, ends included.

    Returns
    -------
    ndarray, shape (steps, latent_dim)

    Raises
    ------
    ValueError
        If the ends are not vectors of one length, or `steps` is below 2.
    """
    z_start, z_end = np.asarray(z_start, dtype=float), np.asarray(z_end, dtype=float)
    if z_start.ndim != 1 or z_start.shape != z_end.shape:
        raise ValueError(
            "z_start and z_end must be vectors of the same length, "
            f"got shapes {z_start.shape} and {z_end.shape}"
        )
    return np.linspace(z_start, z_end, checked_integer("steps", steps, 2))


class Separation(NamedTuple):
    """Result of `separation`: area under the ROC curve, and accuracy, both on held-out data."""

    auc: float
    accuracy: float


def separation(features, labels, folds=5):
    """Measure how well a logistic regression on `features` separates the two phases.

    With the default `folds`, the regression is fitted to four fifths of the data and judged on the
    rest, five times over. With one feature its cut is a threshold, with two a straight line. The
    cut of the highest accuracy can be another one, which keeps one group apart and gives up
    another. Guessing gives 0.5 for both numbers.

    Introduced in the week-11 chapter.

    Parameters
    ----------
    features : array_like, shape (n,) or (n, k)
        For example z, its distance from the centre of the cloud, or the magnetization.
    labels : array_like of int, shape (n,)
        1 for ordered, 0 for disordered.
    folds : int, default 5
        Parts that take turns at being held out.

    Returns
    -------
    Separation
        ``.auc``: probability that an ordered sample is ranked above a disordered one.
        ``.accuracy``: share of the samples to which the regression gives the right label.

    Raises
    ------
    ValueError
        If the lengths differ, or labels are not 0 and 1 with at least `folds` samples of each.
    """
    features = np.asarray(features, dtype=float)
    features = _checked_codes("features", features[:, None] if features.ndim == 1 else features)
    labels = np.asarray(labels)
    if labels.shape != (len(features),):
        raise ValueError(
            f"labels must have shape ({len(features)},) like the features, got {labels.shape}"
        )
    counts = [int((labels == value).sum()) for value in (0, 1)]
    if min(counts) < folds or sum(counts) != len(labels):
        raise ValueError(
            f"labels must be 0 or 1 with at least {folds} samples of each, "
            f"got {counts[0]} zeros and {counts[1]} ones among {len(labels)} samples"
        )
    # Shuffled folds: the data come sorted by temperature. The fixed seed makes it repeatable.
    cut = make_pipeline(StandardScaler(), LogisticRegression())
    parts = StratifiedKFold(folds, shuffle=True, random_state=0)
    scores = cross_validate(cut, features, labels, cv=parts, scoring=("roc_auc", "accuracy"))
    return Separation(float(scores["test_roc_auc"].mean()), float(scores["test_accuracy"].mean()))


def _checked_codes(name, values):
    values = np.asarray(values, dtype=float)
    if values.ndim != 2 or not np.isfinite(values).all():
        raise ValueError(
            f"{name} must be finite numbers of shape (n, k), got shape {values.shape}"
            + ("" if np.isfinite(values).all() else " with NaN or infinity in it")
        )
    return values
