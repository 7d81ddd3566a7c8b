"""A training loop of its own on the notebook's way to write the loss, with other settings."""

import numpy as np
import torch

from ai4mat_ising.models import VAE


def train_vae(images, latent_dim, beta, epsilon, seed):
    torch.manual_seed(seed)
    size = images.shape[2]
    model = VAE(size, latent_dim, hidden=24, beta=beta, epsilon=epsilon)
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3, fused=True)
    x = torch.from_numpy(images)
    for _ in range(15):
        for batch in x.split(100):
            batch = batch[torch.randperm(len(batch))]
            reconstruction, kl = model.terms(batch)
            loss = (reconstruction.mean() + beta * kl.mean()) / size**2
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model


def measure(model, images):
    parts, posteriors = [], []
    for batch in torch.from_numpy(images).split(100):
        with torch.no_grad():
            reconstruction, kl = model.terms(batch)
            mean, log_variance = model.posterior(batch)
            parts.append(torch.stack([reconstruction, kl, -model.elbo(batch)], dim=1))
            posteriors.append(mean)
    reconstruction, kl, bound = torch.cat(parts).mean(0).tolist()
    mean = torch.cat(posteriors).numpy().astype(float)
    m = images.reshape(len(images), -1).mean(1)
    best = 0
    for k in range(mean.shape[1]):
        if mean[:, k].std() > 1e-12:
            best = max(best, abs(np.corrcoef(m, mean[:, k])[1, 0]))
    return dict(reconstruction=reconstruction, kl=kl, negative_elbo=bound, correlation=best)
