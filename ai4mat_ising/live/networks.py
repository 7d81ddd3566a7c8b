"""Live figures of trained networks: their codes in the latent plane, and what they decode."""

import numpy as np
import torch
from torch import nn

from ai4mat_ising import latent
from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.live.export import exported, packed, thinned
from ai4mat_ising.live.picture import LivePicture, checked_temperature
from ai4mat_ising.packing import pack_spins

SIGMAS = 3.5  # the plane of a VAE reaches so far, in standard deviations of the prior, or farther


class LiveAutoencoder(LivePicture):
    """A picture that becomes an autoencoder under the reader's hands.

    A simulation runs, and the code of each of its configurations moves among the codes of a data
    set. The reader moves it on and sees what the decoder makes of it. Introduced in the week-11
    chapter.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    networks : dict of str to (ConvAutoencoder, IsingDataset)
        Trained networks with two latent numbers, and the data whose codes are shown, by names
        that the reader chooses from. All of one size of the lattice.
    temperature : float, default 2.0
        Of the simulation at the beginning, in units of J / k_B, between 1 and 4.
    samples : int, default 600
        Configurations of each data set that are shown, drawn at random.

    Attributes
    ----------
    state : dict
        What the page needs: size, temperature, and for each network its layers, codes of the
        configurations, their temperatures and their spins.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "autoencoder"

    def __init__(self, picture, networks, *, temperature=2.0, samples=600):
        temperature = checked_temperature(temperature)
        samples = checked_integer("samples", samples, 1)
        if not all(isinstance(pair, tuple) and len(pair) == 2 for pair in _values(networks)):
            raise ValueError(f"networks must hold pairs of network and data, got {networks!r}")
        _check_networks(network for network, _ in networks.values())
        sets = [
            {"name": name, **_with_data(network, data, samples)}
            for name, (network, data) in networks.items()
        ]
        size = next(iter(networks.values()))[0].size
        super().__init__(picture, {"size": size, "temperature": temperature, "sets": sets})


class LiveVAE(LivePicture):
    """A picture that becomes the latent plane of a VAE under the reader's hands.

    The reader moves a code among those of a test set and sees the probabilities that the decoder
    gives, and configurations drawn from them. Introduced in the chapter on notebook 20.

    Parameters
    ----------
    picture : matplotlib.figure.Figure
        What is shown where nothing can move.
    networks : dict of str to VAE
        Trained networks with dense decoders and two latent numbers, by names that the reader
        chooses from. All of one size of the lattice.
    images : torch.Tensor, shape (n, 1, L, L)
        Images of the test set.
    temperatures : array_like, shape (n,)
        Of the images, in units of J / k_B.
    samples : int, default 1000
        Images whose codes are shown, drawn at random.

    Attributes
    ----------
    state : dict
        What the page needs: size, temperatures, and for each network its decoder and its codes.
        The decoder's last layer is thinned; on the plane that changes probabilities by about 0.01
        at most.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """

    kind = "vae"

    def __init__(self, picture, networks, images, temperatures, *, samples=1000):
        temperatures = np.asarray(temperatures)
        if temperatures.shape != (len(images),):
            raise ValueError(
                f"temperatures must have shape ({len(images)},), one for each image, "
                f"got {temperatures.shape}"
            )
        _check_networks(_values(networks))
        chosen = _chosen(len(images), checked_integer("samples", samples, 1))
        sets = [
            {"name": name, **_with_decoder(network, latent.encode(network, images[chosen]))}
            for name, network in networks.items()
        ]
        state = {
            "size": next(iter(networks.values())).size,
            "temperatures": packed(temperatures[chosen], "float32"),
            "sets": sets,
        }
        super().__init__(picture, state)


def _values(networks):
    """Return the values of a dict that has some."""
    if not isinstance(networks, dict) or not networks:
        raise ValueError(f"networks must be a dict with at least one network, got {networks!r}")
    return networks.values()


def _check_networks(networks):
    """Raise a ValueError if networks differ in their lattice, or lack a latent plane."""
    latents, sizes = zip(*((network.latent_dim, network.size) for network in networks))
    if set(latents) != {2}:
        raise ValueError(f"networks must have 2 latent numbers, got {', '.join(map(str, latents))}")
    if len(set(sizes)) > 1:
        raise ValueError(f"networks must have one size of the lattice, got {sorted(set(sizes))}")


def _chosen(n, samples):
    """Return the indices of configurations that are shown, in a random order."""
    return np.random.default_rng(0).permutation(n)[:samples]


def _with_data(network, data, samples):
    """Return both halves of an autoencoder, and configurations with their codes."""
    chosen = _chosen(len(data), samples)
    return {
        "encoder": exported(network.encoder),
        "decoder": exported(network.decoder),
        "codes": packed(latent.encode(network, data.images()[chosen])),
        "temperatures": packed(data.temperatures[chosen], "float32"),
        "spins": packed(pack_spins(data.spins[chosen]), "uint8"),
    }


def _with_decoder(network, codes):
    """Return the decoder of a VAE and codes, with the half side of the plane that shows them."""
    reach = float(max(SIGMAS, 1.05 * np.abs(codes).max()))
    ticks = np.linspace(-reach, reach, 41)
    grid = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    layers = [*thinned(network.decoder, torch.from_numpy(grid)), nn.Sigmoid()]
    return {"decoder": exported(layers), "codes": packed(codes), "reach": round(reach, 2)}
