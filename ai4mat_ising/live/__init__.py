"""Live figures: what one can play with takes the place of a picture, on a page or in a notebook.

For the book, the state of a figure travels in the metadata of its picture, and so with the outputs
that are kept. Beside these modules stand the scripts that bring it to life: files such as
`ising_figure.mjs`, one for each kind of figure, are what one sees and touches.
"""

from ai4mat_ising.live.bound import LiveBound
from ai4mat_ising.live.cells import LiveMap
from ai4mat_ising.live.collapse import LiveCollapse
from ai4mat_ising.live.draws import LiveDraws
from ai4mat_ising.live.networks import LiveAutoencoder, LiveVAE
from ai4mat_ising.live.simulation import Live, LiveRace
from ai4mat_ising.live.threshold import LiveThreshold

__all__ = [
    "Live",
    "LiveAutoencoder",
    "LiveBound",
    "LiveCollapse",
    "LiveDraws",
    "LiveMap",
    "LiveRace",
    "LiveThreshold",
    "LiveVAE",
]
