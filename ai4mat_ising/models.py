"""The networks of the course and the loss each one minimises; the training loop is in `training`.

Images are float tensors (B, 1, L, L) with 1 for spin up and 0 for spin down.
"""

import math
from numbers import Real

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ai4mat_ising.arguments import checked_integer
from ai4mat_ising.networks import AutoregressiveDecoder, draw_images, network, quarter_of
from ai4mat_ising.seeds import independent_seeds

# Configurations drawn at a time, so that memory stays bounded.
DRAWN_AT_ONCE = 1000


class ConvAutoencoder(nn.Module):
    """Convolutional autoencoder of the week-11 lesson.

    Two strided convolutions halve the image twice and a linear layer brings it down to
    `latent_dim` numbers; the decoder runs the same way back. The defaults have 12,131
    parameters.

    Parameters
    ----------
    latent_dim : int, default 2
        Numbers that the bottleneck keeps of each image.
    size : int, default 16
        Side length L of the images, a multiple of 4.
    channels : int, default 1
        Numbers that an image holds for each site: 1 for spins, 2 for the components of a vector.

    Raises
    ------
    ValueError
        If `latent_dim` or `channels` is not a positive integer, or `size` not a positive multiple
        of 4.
    """

    def __init__(self, latent_dim=2, size=16, channels=1):
        super().__init__()
        self.latent_dim = checked_integer("latent_dim", latent_dim, 1)
        self.size = checked_integer("size", size, 4)
        self.channels = checked_integer("channels", channels, 1)
        quarter = quarter_of(self.size)
        halve = {"kernel_size": 3, "stride": 2, "padding": 1}
        double = {**halve, "output_padding": 1}
        self.encoder = nn.Sequential(
            nn.Conv2d(channels, 16, **halve),  # L/2
            nn.ReLU(),
            nn.Conv2d(16, 32, **halve),  # L/4
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * quarter**2, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 32 * quarter**2),
            nn.ReLU(),
            nn.Unflatten(1, (32, quarter, quarter)),
            nn.ConvTranspose2d(32, 16, **double),  # L/2
            nn.ReLU(),
            nn.ConvTranspose2d(16, channels, **double),  # L
            nn.Sigmoid(),
        )

    def encode(self, x):
        """Return latent codes (B, latent_dim) of images (B, channels, L, L)."""
        _check_images(x, self.size, self.channels)
        return self.encoder(x)

    def decode(self, z):
        """Return images (B, channels, L, L) in [0, 1] of latent codes (B, latent_dim)."""
        _check_codes(z, self.latent_dim)
        return self.decoder(z)

    def forward(self, x):
        """Return (reconstruction, z): images like `x`, and the codes they were made from."""
        z = self.encode(x)
        return self.decode(z), z

    def loss(self, x):
        """Return the mean squared error per pixel of the reconstruction, a scalar tensor."""
        return F.mse_loss(self(x)[0], x)


class VAE(nn.Module):
    """Variational autoencoder for spin configurations (Kingma and Welling 2014).

    The encoder gives the mean mu and the logarithm of the variance sigma^2 of a Gaussian over the
    code z of an image; the decoder gives the probability that each spin is up. Introduced in the
    chapter on notebook 20.

    Parameters
    ----------
    size : int, default 40
        Side length L of the images.
    latent_dim : int, default 2
        Length d of the codes.
    hidden : int, default 256
        Width of the dense layers; with size 40 and d = 2 the dense network is that of notebook 20,
        1600-256-2-256-1600 with 822,852 parameters.
    decoder : {"dense", "deconv", "autoregressive"} or torch.nn.Module, default "dense"
        "deconv" decodes by transposed convolutions, "autoregressive" gives each spin its
        probability from the code and the spins before it. A module maps codes (B, d) to logits
        (B, 1, L, L), the logarithms of p / (1 - p).
    beta : float, default 1.0
        Weight of the Kullback-Leibler term in `loss`.
    epsilon : float, default 1.0
        Width of the noise when codes are drawn: z = mu + epsilon * sigma * noise. With another
        value than 1 the loss ceases to be a bound.
    encoder : {"dense", "conv"} or torch.nn.Module, optional
        By default "dense" for the dense decoder, else "conv". A module maps images to (B, 2 d):
        first the means, then the logarithms of the variances.

    Raises
    ------
    ValueError
        If an argument is not as described; convolutions need a size that is a multiple of 4.

    References
    ----------
    D. P. Kingma, M. Welling, arXiv:1312.6114; for the Ising model P. Mehta et al.,
    arXiv:1803.08823, notebook 20.
    """

    def __init__(
        self,
        size=40,
        latent_dim=2,
        hidden=256,
        decoder="dense",
        beta=1.0,
        epsilon=1.0,
        *,
        encoder=None,
    ):
        super().__init__()
        self.size = checked_integer("size", size, 1)
        self.latent_dim = checked_integer("latent_dim", latent_dim, 1)
        hidden = checked_integer("hidden", hidden, 1)
        for name, value in [("beta", beta), ("epsilon", epsilon)]:
            if not isinstance(value, Real) or not 0 <= value < math.inf:
                raise ValueError(f"{name} must be a finite number of at least 0, got {value!r}")
        self.beta, self.epsilon = float(beta), float(epsilon)
        encoder = encoder or ("dense" if decoder == "dense" else "conv")
        self.encoder = network("encoder", encoder, size, latent_dim, hidden)
        self.decoder = network("decoder", decoder, size, latent_dim, hidden)

    # --- the network: images to Gaussians, codes to probabilities

    def posterior(self, x):
        """Return means and logarithms of the variances, (B, d) each, that images are encoded to."""
        _check_images(x, self.size)
        return self.encoder(x).chunk(2, dim=1)

    def encode(self, x):
        """Return codes (B, d) of images: the means of their posteriors."""
        return self.posterior(x)[0]

    def logits(self, z, x=None):
        """Return the logarithms of p / (1 - p), (B, 1, L, L), p the probability of spin up.

        The autoregressive decoder needs the images `x`, of which it looks only at the spins
        before each one, row by row.
        """
        _check_codes(z, self.latent_dim)
        if not isinstance(self.decoder, AutoregressiveDecoder):
            return self.decoder(z)
        if x is None:
            raise ValueError(
                "x must be the images, got None: an autoregressive decoder needs the spins "
                "before each one; draw(z) gives configurations"
            )
        return self.decoder(z, x)

    def decode(self, z, x=None):
        """Return probabilities (B, 1, L, L) of spin up; `x` as in `logits`."""
        return self.logits(z, x).sigmoid()

    def forward(self, x):
        """Return (reconstruction, z): probabilities of spin up, and the means they came from."""
        z = self.encode(x)
        return self.decode(z, x), z

    # --- the objective: losses to train with, bounds to judge by

    def terms(self, x):
        """Return reconstruction and Kullback-Leibler term of `loss`, in nats, (B,) each.

        The former is the cross entropy of the image, summed over pixels, at one code drawn with
        the width epsilon; the latter, summed over the d latents, does not know epsilon.
        """
        mean, log_variance = self.posterior(x)
        noise = torch.randn_like(mean)
        z = mean + self.epsilon * (log_variance / 2).exp() * noise
        kl = kl_to_standard_normal(mean, log_variance)
        return -self._log_likelihood(x, z), kl

    def loss(self, x):
        """Return the mean of reconstruction + beta * KL, nats per configuration, a scalar tensor.

        With beta = epsilon = 1 it is the negative ELBO, an upper bound of -log p(x) on average.
        """
        reconstruction, kl = self.terms(x)
        return (reconstruction + self.beta * kl).mean()

    def mean_loss(self, x):
        """Return the loss of notebook 20: means over pixels and over latents instead of sums.

        It equals `loss` with beta = pixels / latents, divided by the number of pixels: beta is
        800 for 40 x 40 spins and two latents.
        """
        reconstruction, kl = self.terms(x)
        return (reconstruction / self.size**2 + kl / self.latent_dim).mean()

    @torch.no_grad()
    def elbo(self, x, samples=1, seed=0):
        """Estimate the evidence lower bound of log p(x), in nats, of each image.

        It is a bound whatever beta and epsilon are, because the codes are drawn from the same
        Gaussian N(mu, (epsilon sigma)^2) that enters the Kullback-Leibler term here.

        Parameters
        ----------
        x : torch.Tensor, shape (B, 1, L, L)
        samples : int, default 1
            Codes drawn for each image; more make the estimate less noisy, not higher.
        seed : int, default 0

        Returns
        -------
        torch.Tensor, shape (B,)
        """
        samples = checked_integer("samples", samples, 1)
        draws = self._draws(x, samples, seed)
        log_likelihood = sum(self._log_likelihood(x, z) for z, _ in draws)
        kl = kl_to_standard_normal(*self._widened(x))
        return log_likelihood / samples - kl

    @torch.no_grad()
    def iwae_bound(self, x, k=100, seed=0):
        """Estimate the importance-weighted lower bound of log p(x), in nats, of each image.

        On average it rises with k, from the ELBO at k = 1 to log p(x) (Burda, Grosse and
        Salakhutdinov, arXiv:1509.00519).

        Parameters
        ----------
        x : torch.Tensor, shape (B, 1, L, L)
        k : int, default 100
            Codes drawn for each image.
        seed : int, default 0

        Returns
        -------
        torch.Tensor, shape (B,)
        """
        k = checked_integer("k", k, 1)
        draws = self._draws(x, k, seed)
        log_w = [self._log_likelihood(x, z) + ratio for z, ratio in draws]
        return torch.stack(log_w).logsumexp(dim=0) - math.log(k)

    def _log_likelihood(self, x, z):
        """Return log p(x | z), nats, (B,)."""
        cross_entropy = F.binary_cross_entropy_with_logits
        logits = self.logits(z, x)
        return -cross_entropy(logits, x, reduction="none").sum((1, 2, 3))

    def _widened(self, x):
        """Return mean and logarithm of the variance of the Gaussian that codes are drawn from."""
        if self.epsilon == 0:
            raise ValueError("epsilon must be positive for a bound, got 0: it would be -infinity")
        mean, log_variance = self.posterior(x)
        return mean, log_variance + 2 * math.log(self.epsilon)

    def _draws(self, x, number, seed):
        """Yield codes from the posterior, and the logarithm of prior / posterior there."""
        mean, log_variance = self._widened(x)
        _, _, generator = _generators(seed)
        for _ in range(number):
            noise = torch.randn(mean.shape, generator=generator).to(mean)
            z = mean + (log_variance / 2).exp() * noise
            yield z, ((noise**2 - z**2 + log_variance) / 2).sum(dim=1)

    # --- drawing: codes to configurations

    @torch.no_grad()
    def draw(self, z, seed=0):
        """Draw configurations at codes, one for each.

        Parameters
        ----------
        z : torch.Tensor or array_like, shape (n, d)
        seed : int, default 0

        Returns
        -------
        ndarray of int8, shape (n, L, L)
            Spins -1/+1.
        """
        z = torch.as_tensor(np.asarray(z), dtype=torch.float32)
        _check_codes(z, self.latent_dim)
        _, generator, _ = _generators(seed)
        codes = z.to(next(self.parameters()).device).split(DRAWN_AT_ONCE)
        images = [draw_images(self.decoder, c, generator) for c in codes]
        spins = 2 * torch.cat(images)[:, 0] - 1
        return spins.to(torch.int8).cpu().numpy()

    def sample(self, n, seed=0):
        """Draw configurations from the model: codes from the prior, spins from the decoder.

        Parameters
        ----------
        n : int
        seed : int, default 0

        Returns
        -------
        ndarray of int8, shape (n, L, L)
            Spins -1/+1.
        """
        generator, _, _ = _generators(seed)
        codes = torch.randn(checked_integer("n", n, 0), self.latent_dim, generator=generator)
        return self.draw(codes, seed)


def _generators(seed):
    """Return generators for codes from the prior, for spins and for codes from posteriors."""
    # On the CPU, so that they are the same whatever the device.
    return [torch.Generator().manual_seed(part) for part in independent_seeds(seed, 3)]


def kl_to_standard_normal(mean, log_variance):
    """Return the divergence (Kullback-Leibler) of N(mean, variance) from N(0, 1), nats, (B,)."""
    return (mean**2 + log_variance.exp() - 1 - log_variance).sum(dim=1) / 2


def _check_images(x, size, channels=1):
    if x.shape[1:] != (channels, size, size):
        raise ValueError(
            f"x must be images of shape (B, {channels}, {size}, {size}), got {tuple(x.shape)}"
        )


def _check_codes(z, latent_dim):
    if z.ndim != 2 or z.shape[1] != latent_dim:
        raise ValueError(f"z must be codes of shape (B, {latent_dim}), got {tuple(z.shape)}")
