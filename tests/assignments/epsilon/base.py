"""A VAE whose only trained numbers are three: it writes and reads along the first wave of the data.

A right answer, and a quick one: an answer of the corpus takes from here what it leaves out.
"""

import math

import numpy as np
import torch

from ai4mat_ising.models import VAE, kl_to_standard_normal
from ai4mat_ising.observables import structure_factor


class Along(torch.nn.Module):
    """Encoder along a direction u: the first latent has mean a (u . s) and width exp(b)."""

    def __init__(self, direction, latent_dim, a, b):
        super().__init__()
        self.direction = torch.nn.Parameter(direction, requires_grad=False)
        self.latent_dim, self.a, self.b = latent_dim, a, b

    def forward(self, x):
        output = torch.zeros(len(x), 2 * self.latent_dim)
        output[:, 0] = self.a * ((2 * x.flatten(1) - 1) @ self.direction)
        output[:, self.latent_dim] = 2 * self.b
        return output


class Back(torch.nn.Module):
    """Decoder along the same direction: logits w z u."""

    def __init__(self, direction, size, w):
        super().__init__()
        self.direction, self.size, self.w = direction, size, w

    def forward(self, z):
        return (self.w * z[:, :1] * self.direction).reshape(-1, 1, self.size, self.size)


def minimise(images, latent_dim, beta, epsilon, seed):
    """The model with the smallest loss, for one draw of the noise."""
    spins = torch.as_tensor(2 * images.reshape(len(images), -1) - 1)
    direction = torch.linalg.eigh(spins.T @ spins)[1][:, -1]
    direction *= direction.sum().sign()
    projected = spins[::5] @ direction
    noise = torch.randn(len(projected), generator=torch.Generator().manual_seed(seed))
    # The size of the code in units of its noise, ln sigma, and the gain of the decoder.
    numbers = torch.tensor([0.0, -1.0 if beta < 10 else 0.0, 0.0], requires_grad=True)
    for step in range(30):
        A, b, gain = 0.2 * numbers[0].exp(), numbers[1], numbers[2].exp()
        logits = gain * (A * projected + noise)[:, None] * direction
        costs = torch.nn.functional.softplus(-spins[::5] * logits).sum(1)
        mean = epsilon * b.exp() * A * projected
        kl = (mean**2 + (2 * b).exp() - 1 - 2 * b) / 2
        loss = (costs + beta * kl).mean()
        # Uphill or downhill is enough; torch.optim would take seconds to import.
        (slope,) = torch.autograd.grad(loss, numbers)
        with torch.no_grad():
            numbers -= 0.3 * 0.9**step * slope.sign()
    A, b, gain = 0.2 * numbers[0].exp().item(), numbers[1].item(), numbers[2].exp().item()
    if loss.item() > spins.shape[1] * math.log(2):
        A, b, gain = 0.0, 0.0, 0.0  # a code that does not pay
    width = epsilon * math.exp(b)
    size = images.shape[-1]
    encoder = Along(direction, latent_dim, width * A, b)
    decoder = Back(direction, size, gain / width)
    return VAE(size, latent_dim, beta=beta, epsilon=epsilon, encoder=encoder, decoder=decoder)


def train_vae(images, latent_dim, beta, epsilon, seed):
    return minimise(images, latent_dim, beta, epsilon, seed)


@torch.no_grad()
def measure(model, images):
    x = torch.tensor(images)
    mean, log_variance = model.posterior(x)
    z = torch.normal(mean, model.epsilon * (log_variance / 2).exp())
    logits = model.logits(z)
    costs = torch.nn.functional.softplus(torch.where(x > 0.5, -logits, logits)).sum((1, 2, 3))
    widened = log_variance + 2 * math.log(model.epsilon)
    m = images.mean(axis=(1, 2, 3)) * 2 - 1
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = [np.corrcoef(code, m)[0, 1] for code in mean.numpy().T]
    return {
        "reconstruction": costs.mean().item(),
        "kl": kl_to_standard_normal(mean, log_variance).mean().item(),
        "negative_elbo": (costs + kl_to_standard_normal(mean, widened)).mean().item(),
        "correlation": np.max(np.abs(np.nan_to_num(correlations))),
    }


def kl_divergence(mean, log_variance):
    return kl_to_standard_normal(torch.as_tensor(mean), torch.as_tensor(log_variance)).numpy()


def cross_entropy(logits, images):
    signed = torch.as_tensor(logits * (1 - 2 * images))
    return torch.nn.functional.softplus(signed).sum((1, 2, 3)).numpy()


def mean_loss(reconstruction, kl, size, latent_dim):
    return (reconstruction / size**2 + kl / latent_dim).mean()


def effective_beta(size, latent_dim, over_pixels, over_latents):
    beta = 1.0
    if over_pixels == "mean":
        beta *= size**2
    if over_latents == "mean":
        beta /= latent_dim
    return beta


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    sigma = epsilon * np.exp(log_variance / 2)
    return reconstruction + (0.5 * (mean**2 + sigma**2 - 1) - np.log(sigma)).sum(axis=1)


def draw_epsilons(rows, coin):
    for row in rows:
        print(row)


def find_code(mean, log_variance, epsilon):
    sigma = np.exp(log_variance / 2)
    in_mean = np.std(mean, axis=0) > 0.2 * epsilon * np.median(sigma, axis=0)
    in_width = np.std(np.log(sigma), axis=0) > 0.2
    return np.where(in_mean, "mean", np.where(in_width, "width", "dead"))


def largest_structure_factor(spins):
    return np.max(np.mean(structure_factor(spins), axis=0))


def critical_epsilon(spins, latent_dim):
    S = np.max(np.mean(structure_factor(spins), axis=0))
    beta = spins[0].size / latent_dim
    return math.sqrt(S / beta) if beta > S else math.inf


def statements():
    return dict(a=True, b=False, c=False, d=False, e=True, f=False)
