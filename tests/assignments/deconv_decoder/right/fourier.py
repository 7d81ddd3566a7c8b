"""Fourier transforms for what is periodic, Gauss and Hermite's quadrature for the codes."""

import numpy as np
from scipy import special

from ai4mat_ising.exact import energy, log_partition


def periodic_deconvolution(features, weight):
    n, _, h, w = features.shape
    spread = np.zeros((*features.shape[:2], 2 * h, 2 * w))
    spread[:, :, ::2, ::2] = features
    kernel = np.zeros((*weight.shape[:2], 2 * h, 2 * w))
    for a in range(4):
        for b in range(4):
            kernel[:, :, (a - 1) % (2 * h), (b - 1) % (2 * w)] += weight[:, :, a, b]
    product = np.einsum("ncyx,coyx->noyx", np.fft.fft2(spread), np.fft.fft2(kernel))
    return np.fft.ifft2(product).real


def draw_spins(p, seed):
    return 2 * np.random.default_rng(seed).binomial(1, p[:, 0]) - 1


def generate(model, n, seed):
    rng = np.random.RandomState(seed % 2**32)
    z = special.ndtri(rng.uniform(size=(n, 2)))
    return draw_spins(special.expit(np.asarray(logits(model, z))), rng.randint(2**31))


def log_mixture(log_weights, logits, spins):
    # A few configurations at a time: the array of all factors is large.
    found = []
    for part in np.array_split(spins, len(spins)):
        log_factors = special.log_expit(part[:, None].astype(float) * logits)
        found.append(special.logsumexp(log_factors.sum(axis=2) + log_weights, axis=1))
    return np.concatenate(found)


def gauss_hermite(n=72):
    x, w = np.polynomial.hermite_e.hermegauss(n)
    z = np.array(np.meshgrid(x, x)).reshape(2, -1).T
    log_w = np.log(np.outer(w, w).ravel() / w.sum() ** 2)
    keep = log_w > -25
    return z[keep], log_w[keep]


def log_probability(model, spins, sites):
    z, log_w = gauss_hermite()
    h = np.asarray(logits(model, z), dtype=float)[:, 0][:, sites]
    s = spins[:, sites].astype(float)
    log_q = special.log_expit(h).sum(1) - (s < 0) @ h.T
    return special.logsumexp(log_q + log_w, axis=1)


def nats_above(log_q, size, T):
    # S = (E - F) / T
    entropy = size**2 * (log_partition(T, size) + energy(T, size) / T)
    return -np.median([np.mean(log_q)]) - entropy


def expected_correlation(logits):
    mean = np.tanh(logits[:, 0] / 2.0)
    power = (np.abs(np.fft.fft2(mean)) ** 2).mean(axis=0) / mean[0].size
    g = np.fft.ifft2(power).real
    g = (g[0] + g[:, 0])[: len(g) // 2 + 1] / 2
    g[0] = 1
    return g


def only_m_correlation(spins):
    # All pairs are what k = 0 has, less those of a site with itself.
    s = spins.reshape(len(spins), -1).astype(float)
    products = s.T @ s / len(s)
    return products[~np.eye(len(products), dtype=bool)].mean()


def field_of(spins):
    L = spins.shape[-1]
    cosines = 2 * np.cos(2 * np.pi * np.fft.fftfreq(L))
    return np.fft.ifft2(np.fft.fft2(spins) * (cosines + cosines[:, None])).real.round()


def redraw_black(spins, T, seed):
    redrawn = spins.copy()
    chances = special.expit(2 * field_of(spins) / T)
    rng = np.random.default_rng(seed)
    for parity in (0, 1):
        part = np.s_[:, parity::2, 1 - parity :: 2]
        redrawn[part] = 2 * rng.binomial(1, chances[part]) - 1
    return redrawn


def black_nats(spins, T):
    u = field_of(spins)
    log_p = spins * u / T - np.log(2 * np.cosh(u / T))
    return -(log_p[:, ::2, 1::2] + log_p[:, 1::2, ::2]).sum(axis=(1, 2))


def hybrid_log_probability(model, spins, T):
    white = np.ones(spins.shape[1:], bool)
    white[::2, 1::2] = white[1::2, ::2] = False
    return log_probability(model, spins, white) - black_nats(spins, T)
