"""The encoders and decoders that a VAE is put together from; the losses are in `models`.

Encoders map images (B, 1, L, L) of 0/1 to means and logarithms of variances (B, 2 d), decoders
codes (B, d) to logits (B, 1, L, L), the logarithms of p / (1 - p).
"""

import torch
from torch import nn
from torch.nn import functional as F


def dense_encoder(size, latent_dim, hidden):
    """Return an encoder with one hidden layer, as in notebook 20."""
    return nn.Sequential(
        nn.Flatten(), nn.Linear(size**2, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent_dim)
    )


def conv_encoder(size, latent_dim, hidden):
    """Return an encoder of two strided convolutions on the torus and a hidden layer."""
    quarter = quarter_of(size)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1, padding_mode="circular"),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1, padding_mode="circular"),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * quarter**2, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 2 * latent_dim),
    )


def dense_decoder(size, latent_dim, hidden):
    """Return a decoder with one hidden layer, as in notebook 20."""
    return nn.Sequential(
        nn.Linear(latent_dim, hidden),
        nn.ReLU(),
        nn.Linear(hidden, size**2),
        nn.Unflatten(1, (1, size, size)),
    )


def deconv_decoder(size, latent_dim, hidden, channels=1):
    """Return a decoder of two transposed convolutions, to logits or to several channels."""
    quarter = quarter_of(size)
    return nn.Sequential(
        nn.Linear(latent_dim, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 32 * quarter**2),
        nn.ReLU(),
        nn.Unflatten(1, (32, quarter, quarter)),
        nn.ConvTranspose2d(32, 16, 4, stride=2, padding=1),  # L/2
        nn.ReLU(),
        nn.ConvTranspose2d(16, channels, 4, stride=2, padding=1),  # L
    )


class AutoregressiveDecoder(nn.Module):
    """Decoder that gives each spin a logit from the code and from the spins before it.

    Spins come row by row. Each sees a window of `reach` rows above it and of `reach` spins to its
    left, through masked convolutions (van den Oord et al., arXiv:1601.06759). It knows of spins
    farther away only what the code says, which reaches it through a deconvolution.

    On a torus the first row is also next to the last one, and a row's first spin next to its last.
    Of the Ising model's rows drawn before, the next one then depends on two: the one above and the
    first one. With `torus` each spin sees the first row and the first spin of its row as well, with
    weights of their own for each row and each column.
    """

    def __init__(self, size, latent_dim, hidden, channels=32, reach=7, torus=False):
        super().__init__()
        self.size, self.reach, self.torus = size, min(reach, (size - 1) // 2), torus
        reach = self.reach
        self.from_code = deconv_decoder(size, latent_dim, hidden, channels)
        # The second channel tells where the window leaves the lattice.
        self.from_above = nn.Conv2d(2, channels, (reach, 2 * reach + 1))
        self.from_left = nn.Conv2d(2, channels, (1, reach), bias=False)
        if torus:
            self.from_first_row = nn.Conv2d(2, channels * size, (1, 2 * reach + 1), bias=False)
            self.from_first_spin = nn.Conv2d(2, channels * size, 1, bias=False)
        self.head = nn.Sequential(
            nn.ReLU(), nn.Conv2d(channels, channels, 1), nn.ReLU(), nn.Conv2d(channels, 1, 1)
        )

    def forward(self, z, x):
        """Return logits (B, 1, L, L) of the spins of images x, each from the ones before it."""
        around, spins = self._spins(x)
        above = F.pad(around, (0, 0, self.reach, 0))[:, :, :-1]
        left = F.pad(spins, (self.reach, 0))[..., :-1]
        before = self.from_above(above) + self.from_left(left)
        if self.torus:
            before = before + self._first_row(around) + self._first_spin(spins)
        return self.head(self.from_code(z) + before)

    def draw(self, z, generator):
        """Draw images (B, 1, L, L), spin by spin."""
        code, images = self.from_code(z), z.new_zeros(len(z), 1, self.size, self.size)
        uniform = torch.rand(images.shape, generator=generator).to(z)
        for row in range(self.size):
            around, spins = self._spins(images)
            if self.torus and row == 1:  # now the first row is complete
                code = code + self._first_row(around)
            above = F.pad(around, (0, 0, self.reach, 0))[:, :, row : row + self.reach]
            outside = code[:, :, row : row + 1] + self.from_above(above)
            left = F.pad(spins, (self.reach, 0))[:, :, row : row + 1].clone()
            for column in range(self.size):
                if self.torus and column == 1:
                    outside = outside + self._first_spin(left[..., self.reach :])
                here = slice(column, column + 1)
                before = self.from_left(left[..., column : column + self.reach])
                logits = self.head(outside[..., here] + before)
                drawn = (uniform[:, :, row : row + 1, here] < logits.sigmoid()).to(z)
                images[:, :, row : row + 1, here] = drawn
                left[:, :1, :, self.reach + column : self.reach + column + 1] = 2 * drawn - 1
        return images

    def _spins(self, x):
        """Return spins and a channel of ones, closed to the left and right, and as they are."""
        spins = torch.cat([2 * x - 1, torch.ones_like(x)], dim=1)
        return F.pad(spins, (self.reach, self.reach, 0, 0), mode="circular"), spins

    def _first_row(self, around):
        """Return what each spin sees of the first row, (B, C, L, L); that row itself sees none."""
        seen = self.from_first_row(around[:, :, :1])
        seen = seen.view(len(around), -1, self.size, self.size)
        return F.pad(seen[:, :, 1:], (0, 0, 1, 0))

    def _first_spin(self, spins):
        """Return what each spin sees of its row's first, (B, C, rows, L); that itself sees none."""
        seen = self.from_first_spin(spins[..., :1])
        seen = seen.view(len(spins), -1, self.size, spins.shape[2]).transpose(2, 3)
        return F.pad(seen[..., 1:], (1, 0))


KINDS = {
    "encoder": {"dense": dense_encoder, "conv": conv_encoder},
    "decoder": {
        "dense": dense_decoder,
        "deconv": deconv_decoder,
        "autoregressive": AutoregressiveDecoder,
    },
}


def network(part, choice, size, latent_dim, hidden):
    """Return the encoder or decoder of a name; a module is returned as it is.

    Raises ValueError if `choice` is neither, or the lattice does not suit it.
    """
    if isinstance(choice, nn.Module):
        return choice
    if not isinstance(choice, str) or choice not in KINDS[part]:
        raise ValueError(
            f"{part} must be one of {', '.join(map(repr, KINDS[part]))} or a module, got {choice!r}"
        )
    return KINDS[part][choice](size, latent_dim, hidden)


def draw_images(decoder, z, generator):
    """Draw an image for each code, (B, 1, L, L), from the probabilities that a decoder gives."""
    if isinstance(decoder, AutoregressiveDecoder):
        return decoder.draw(z, generator)
    p = decoder(z).sigmoid()
    return (torch.rand(p.shape, generator=generator).to(p) < p).to(p)


def quarter_of(size):
    """Return L / 4, or raise a ValueError if two convolutions cannot halve the lattice."""
    if size % 4:
        raise ValueError(f"size must be a multiple of 4 for convolutions, got {size}")
    return size // 4
