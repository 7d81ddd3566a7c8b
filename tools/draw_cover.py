"""Draw book/_static/cover.png, the picture of the README and of the welcome page.

Run it after a change of the model or of the figure: ``python tools/draw_cover.py``.
"""

from pathlib import Path

import numpy as np
import torch
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox, OffsetImage

from ai4mat_ising import latent, plotting
from ai4mat_ising.datasets import IsingDataset
from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.training import fit

OUTPUT = Path(__file__).resolve().parent.parent / "book" / "_static" / "cover.png"


def main():
    dataset = IsingDataset("light")
    torch.manual_seed(1)
    model = ConvAutoencoder()
    fit(model, dataset, seed=1, epochs=10)
    z = latent.project(latent.encode(model, dataset)).coordinates
    fig = Figure(figsize=(9, 4), layout="constrained", facecolor="white")
    ax = fig.add_subplot()
    for value, (name, colour) in plotting.PHASES.items():
        ax.scatter(*z[dataset.labels == value].T, s=6, lw=0, alpha=0.5, color=colour, label=name)
    for i in spread_out(z):
        picture = OffsetImage(dataset.spins[i], zoom=2.1, cmap="gray", norm=Normalize(-1, 1))
        ax.add_artist(AnnotationBbox(picture, z[i], pad=0.1))
    ax.set(xticks=[], yticks=[], xlabel="first latent direction", ylabel="second")
    ax.margins(0.08)
    ax.legend(loc="upper right", markerscale=3)
    fig.savefig(OUTPUT, dpi=110)
    print(f"wrote {OUTPUT}")


def spread_out(z, count=13):
    """Indices of points far from each other: each next one is the farthest from those before."""
    scaled = z / np.ptp(z, axis=0)
    chosen = [int(np.argmin(np.linalg.norm(scaled - scaled.mean(0), axis=1)))]
    while len(chosen) < count:
        gaps = np.linalg.norm(scaled[:, None] - scaled[chosen], axis=2).min(axis=1)
        chosen.append(int(np.argmax(gaps)))
    return chosen


if __name__ == "__main__":
    main()
