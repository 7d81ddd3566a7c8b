"""PyTorch wherever it can: tensors come back, some with gradients; a dense network of its own."""

import torch
from torch import nn
from torch.nn import functional as F


def fit_pca(z):
    z = torch.as_tensor(z)
    mean = z.mean(0)
    _, s, vh = torch.linalg.svd(z - mean, full_matrices=False)
    return {
        "mean": mean,
        "components": vh,
        "spread": s / len(z) ** 0.5,
        "ratios": s.square() / s.square().sum(),
    }


def project(pca, z, k):
    return (torch.as_tensor(z) - torch.as_tensor(pca["mean"])) @ torch.as_tensor(
        pca["components"]
    ).T[:, :k]


def restore(pca, coordinates):
    coordinates = torch.as_tensor(coordinates).to(torch.float64)
    rows = torch.as_tensor(pca["components"]).to(torch.float64)
    whole = torch.zeros(len(coordinates), len(rows), dtype=torch.float64)
    whole[:, : coordinates.shape[1]] = coordinates
    return whole @ rows + torch.as_tensor(pca["mean"])


class Dense(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.down = nn.Sequential(nn.Flatten(), nn.Linear(256, 96), nn.BatchNorm1d(96), nn.ReLU(),
                                  nn.Linear(96, d))
        self.up = nn.Sequential(nn.Linear(d, 96), nn.ReLU(), nn.Linear(96, 256))


def train_autoencoder(images, latent_dim, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = Dense(latent_dim)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=0.1)
    x = torch.from_numpy(images)
    for _ in range(12):
        for batch in x[torch.randperm(len(x), generator=generator)].split(50):
            logits = model.up(model.down(batch))
            loss = F.binary_cross_entropy_with_logits(logits, batch.flatten(1))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def encode(model, images):
    return model.down(torch.from_numpy(images)).detach()


def decode(model, z):
    z = torch.as_tensor(z, dtype=torch.float32)
    return model.up(z).sigmoid().view(-1, 1, 16, 16).detach()


def relate(coordinates, m):
    c, m = torch.as_tensor(coordinates), torch.as_tensor(m)

    def correlation(a, b):
        return torch.corrcoef(torch.stack([a, b]))[0, 1]

    distance = (c - torch.quantile(c, 0.5, dim=0)).abs()
    return {
        "m": torch.stack([correlation(a, m) for a in c.T]),
        "abs_m": torch.stack([correlation(a, m.abs()) for a in c.T]),
        "distance": torch.stack([correlation(a, m.abs()) for a in distance.T]),
    }


def rule_accuracy(rule, coordinates, labels):
    centre = torch.as_tensor(rule["centre"])[None]
    far = torch.cdist(torch.as_tensor(coordinates), centre)[:, 0] > rule["threshold"]
    return (far == torch.as_tensor(labels).bool()).float().mean()


def vae_codes(vae, images):
    return torch.cat([vae.posterior(x)[0] for x in torch.from_numpy(images).split(256)])


def losses(images, p, mean, log_variance):
    images, p, mean, log_variance = map(torch.as_tensor, (images, p, mean, log_variance))
    spins, d = images[0].numel(), mean.shape[1]
    reconstruction = F.binary_cross_entropy(p.double(), images.double())
    terms = (mean.square() + log_variance.exp() - 1 - log_variance) / 2
    return {
        "reconstruction": reconstruction,
        "kl": terms.sum(1).mean(),
        "bound": reconstruction + terms.sum(1).mean() / spins,
        "notebook": reconstruction + terms.mean(),
        "beta": torch.tensor(spins / d),
    }


def truncation_errors(decode, pca, z, images):
    x, z = torch.as_tensor(images), torch.as_tensor(z)
    codes = torch.as_tensor(pca["mean"]).expand(len(z), -1).clone()
    errors = [F.mse_loss(torch.as_tensor(decode(codes.numpy())), x)]
    for row in torch.as_tensor(pca["components"]):
        codes = codes + torch.outer((z - torch.as_tensor(pca["mean"])) @ row, row)
        errors.append(F.mse_loss(torch.as_tensor(decode(codes.numpy())), x))
    return torch.stack(errors)
