"""The live map: networks on a grid of beta and epsilon, and what each makes of the same images."""

import numpy as np
import torch

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.live.export import levels, packed
from ai4mat_ising.live.picture import LivePicture
from ai4mat_ising.packing import pack_spins

EXAMPLES = (-0.9, -0.3, 0.3, 0.9)  # magnetizations of the configurations shown as pictures
REACH = 4  # half a side of the plane of codes, in units of their width


class LiveMap(LivePicture):
    """A picture that becomes a map of trained networks under the reader's hands.

    The reader goes from cell to cell and sees the codes of the same configurations, some of them
    beside what the decoder makes of them, and the network's numbers. Introduced in the chapter on
    the anatomy of the ELBO.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    networks : dict of (float, float) to VAE
        Trained networks with two latent numbers by their beta and epsilon. All pairs of some
        values of beta with some of epsilon, both positive.
    codes : dict of (float, float) to array_like, shape (n, 2)
        A code drawn for each of the images, for the same networks.
    images : torch.Tensor, shape (n, 1, L, L)
        Configurations, 1 for spin up and 0 for spin down.
    numbers : array_like, shape (3, number of betas, number of epsilons)
        Divergence in nats, reconstruction in nats per spin, and correlation of m with the code.
    limit : float
        The largest eigenvalue of the data's covariance. A code is predicted to collapse where
        beta * min(1, epsilon**2) is larger.
    start : (float, float), optional
        Beta and epsilon of the network that is shown first; by default the smallest of both.
    samples : int, default 300
        How many codes of each network are shown, of images drawn at random.

    Attributes
    ----------
    state : dict
        What the page needs: size, betas, epsilons, limit, the cell to begin with, the numbers, m
        of the images shown, the first four of them as packed spins, and for each network in turn
        codes and pictures. Codes are in units of the width of all codes (the root of their
        variance, averaged over both coordinates), rounded to 1/127 of `reach`; those farther out
        are put at the edge. Pictures are probabilities in 64 levels.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "map"

    def __init__(
        self, picture, networks, codes, images, numbers, limit, *, start=None, samples=300
    ):
        betas, epsilons = _axes(networks)
        keys = [(beta, epsilon) for beta in betas for epsilon in epsilons]
        codes = {key: _checked_codes(codes, key, len(images)) for key in keys}
        numbers = np.asarray(numbers, dtype=float)
        if numbers.shape != (3, len(betas), len(epsilons)):
            raise ValueError(
                f"numbers must have shape (3, {len(betas)}, {len(epsilons)}), got {numbers.shape}"
            )
        start = keys[0] if start is None else start
        if start not in keys:
            raise ValueError(f"start must be beta and epsilon of a network, got {start}")
        spins = (2 * images[:, 0].numpy() - 1).astype(np.int8)
        m = spins.mean(axis=(1, 2))
        shown = _shown(m, checked_integer("samples", samples, len(EXAMPLES)))
        examples = shown[: len(EXAMPLES)]
        planes = [codes[key][shown] / _width(codes[key]) for key in keys]
        pictures = [_decoded(networks[key], codes[key][examples]) for key in keys]
        state = {
            "size": spins.shape[1],
            "betas": betas,
            "epsilons": epsilons,
            "limit": float(limit),
            "cell": [betas.index(start[0]), epsilons.index(start[1])],
            "numbers": [[float(f"{x:.5g}") for x in one.ravel()] for one in numbers],
            "m": packed(m[shown], "float32"),
            "spins": packed(pack_spins(spins[examples]), "uint8"),
            "reach": REACH,
            "codes": packed(np.clip(np.rint(np.array(planes) * 127 / REACH), -127, 127), "int8"),
            "pictures": levels(np.array(pictures)),
        }
        super().__init__(picture, state)


def _axes(networks):
    """Return the betas and the epsilons of a full grid of networks with two latent numbers."""
    if not isinstance(networks, dict) or not networks:
        raise ValueError(f"networks must be a dict with at least one network, got {networks!r}")
    betas, epsilons = (sorted({key[axis] for key in networks}) for axis in (0, 1))
    if min(len(betas), len(epsilons)) < 2 or len(networks) != len(betas) * len(epsilons):
        raise ValueError(
            "networks must be a grid of at least 2 betas and 2 epsilons, got "
            f"{len(betas)} betas, {len(epsilons)} epsilons and {len(networks)} networks"
        )
    if min(betas[0], epsilons[0]) <= 0:
        raise ValueError(
            f"networks must have positive beta and epsilon, got {betas[0]}, {epsilons[0]}"
        )
    latents = {network.latent_dim for network in networks.values()}
    if latents != {2}:
        raise ValueError(f"networks must have 2 latent numbers, got {sorted(latents)}")
    return betas, epsilons


def _checked_codes(codes, key, n):
    """Return the codes of a network as an array, or raise a ValueError if they are not there."""
    found = np.asarray(codes[key] if key in codes else [], dtype=float)
    if found.shape != (n, 2):
        raise ValueError(f"codes must have shape ({n}, 2) for {key}, got {found.shape}")
    return found


def _width(codes):
    """Return the width of the aggregate posterior, the same for both coordinates."""
    return np.sqrt(codes.var(axis=0).mean())


def _shown(m, samples):
    """Return the indices of the configurations shown: the examples, and others at random."""
    examples = [int(np.abs(m - target).argmin()) for target in EXAMPLES]
    others = np.random.default_rng(0).permutation(len(m))
    return np.concatenate([examples, others[~np.isin(others, examples)]])[:samples]


@torch.no_grad()
def _decoded(network, codes):
    """Return the probabilities of spin up at codes, shape (n, L, L)."""
    return network.decode(torch.as_tensor(codes, dtype=torch.float32))[:, 0].numpy()
