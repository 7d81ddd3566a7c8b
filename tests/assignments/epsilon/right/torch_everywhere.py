"""Torch for everything: its distributions, its cross entropy, tensors for answers."""

import torch
from torch.distributions import Normal, kl_divergence as divergence
from torch.nn import functional as F


def kl_divergence(mean, log_variance):
    posterior = Normal(torch.from_numpy(mean), torch.from_numpy(log_variance).mul(0.5).exp())
    return divergence(posterior, Normal(0.0, 1.0)).sum(dim=-1)


def cross_entropy(logits, images):
    h, x = torch.from_numpy(logits), torch.tensor(images)
    return F.binary_cross_entropy_with_logits(h, x, reduction="none").flatten(1).sum(1)


def mean_loss(reconstruction, kl, size, latent_dim):
    return torch.tensor(reconstruction).mean() / size**2 + torch.tensor(kl).mean() / latent_dim


def effective_beta(size, latent_dim, over_pixels, over_latents):
    factor = {"mean": torch.mean, "sum": torch.sum}
    pixels, latents = torch.ones(size, size).double(), torch.ones(latent_dim).double()
    pixel_share = factor[over_pixels](pixels) / pixels.sum()
    return factor[over_latents](latents) / latents.sum() / pixel_share


def negative_elbo(reconstruction, mean, log_variance, epsilon):
    sigma = epsilon * torch.from_numpy(log_variance).mul(0.5).exp()
    kl = divergence(Normal(torch.from_numpy(mean), sigma), Normal(0.0, 1.0))
    return torch.from_numpy(reconstruction) + kl.sum(dim=1)


def measure(model, images):
    x = torch.tensor(images)
    with torch.no_grad():
        draws = [model.terms(x) for _ in range(4)]
        codes = torch.cat([model.encode(x).T, (2 * x - 1).mean((1, 2, 3))[None]]).double()
    correlations = torch.corrcoef(codes)[-1, :-1].abs().nan_to_num(0)
    return {
        "reconstruction": sum(rec.mean() for rec, _ in draws) / 4,
        "kl": draws[0][1].mean(),
        "negative_elbo": -model.elbo(x, samples=4).mean(),
        "correlation": correlations.max(),
    }


def find_code(mean, log_variance, epsilon):
    mean, log_sigma = torch.from_numpy(mean), torch.from_numpy(log_variance) / 2
    noise = epsilon * log_sigma.mean(0).exp()
    loud = mean.std(0) / noise > 0.2
    wide = log_sigma.std(0) > 0.2
    return ["mean" if a else ["dead", "width"][int(b)] for a, b in zip(loud, wide)]


def largest_structure_factor(spins):
    waves = torch.fft.fft2(torch.tensor(spins).float(), norm="ortho")
    return (waves.abs() ** 2).mean(0).max()


def critical_epsilon(spins, latent_dim):
    epsilon = (latent_dim * largest_structure_factor(spins) / spins[0].size) ** 0.5
    return epsilon if epsilon <= 1 else torch.tensor(float("inf"))
