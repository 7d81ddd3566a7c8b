"""The networks of the course and the loss each one minimises; the training loop is in `training`.

Images are float tensors (B, 1, L, L) with 1 for spin up and 0 for spin down.
"""

from numbers import Integral

from torch import nn


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

    Raises
    ------
    ValueError
        If `latent_dim` is no positive integer or `size` no positive multiple of 4.
    """

    def __init__(self, latent_dim=2, size=16):
        super().__init__()
        if not _is_positive_integer(latent_dim):
            raise ValueError(f"latent_dim must be a positive integer, got {latent_dim!r}")
        if not _is_positive_integer(size) or size % 4:
            raise ValueError(
                f"size must be a positive multiple of 4 (it is halved twice), got {size!r}"
            )
        self.latent_dim, self.size = int(latent_dim), int(size)
        quarter = self.size // 4
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),  # L/2
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),  # L/4
            nn.ReLU(),
            nn.Flatten(),
            nn.Linear(32 * quarter**2, latent_dim),
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent_dim, 32 * quarter**2),
            nn.ReLU(),
            nn.Unflatten(1, (32, quarter, quarter)),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),  # L/2
            nn.ReLU(),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),  # L
            nn.Sigmoid(),
        )

    def encode(self, x):
        """Latent codes (B, latent_dim) of images (B, 1, L, L)."""
        if x.shape[1:] != (1, self.size, self.size):
            raise ValueError(
                f"x must be images of shape (B, 1, {self.size}, {self.size}), got {tuple(x.shape)}"
            )
        return self.encoder(x)

    def decode(self, z):
        """Images (B, 1, L, L) in [0, 1] of latent codes (B, latent_dim)."""
        if z.ndim != 2 or z.shape[1] != self.latent_dim:
            raise ValueError(
                f"z must be codes of shape (B, {self.latent_dim}), got {tuple(z.shape)}"
            )
        return self.decoder(z)

    def forward(self, x):
        """Return (reconstruction, z): images like `x`, and the codes they were made from."""
        z = self.encode(x)
        return self.decode(z), z

    def loss(self, x):
        """Mean squared error per pixel between `x` and its reconstruction, a scalar tensor."""
        return nn.functional.mse_loss(self(x)[0], x)


def _is_positive_integer(value):
    # True counts as an integer in Python, but it is no number of anything.
    return isinstance(value, Integral) and not isinstance(value, bool) and value > 0
