"""Loops over sites and bonds, sums instead of arrays where that is possible."""

import math

import numpy as np

from ai4mat_ising import exact


def periodic_deconvolution(features, weight):
    n, c_in, h, w = features.shape
    out = np.zeros((n, weight.shape[1], 2 * h, 2 * w), np.float32)
    for y in range(h):
        for x in range(w):
            for a in range(4):
                for b in range(4):
                    for c in range(c_in):
                        ink = np.outer(features[:, c, y, x], weight[c, :, a, b])
                        out[:, :, (2 * y - 1 + a) % (2 * h), (2 * x - 1 + b) % (2 * w)] += ink
    return out


def draw_spins(p, seed):
    rng = np.random.default_rng(seed)
    spins = np.empty((len(p), *p.shape[2:]))
    for image, one in zip(spins, p):
        image[:] = np.where(rng.random(image.shape) < one[0], 1.0, -1.0)
    return spins


def generate(model, n, seed):
    rng = np.random.default_rng(seed)
    codes = rng.normal(size=(n, 2))
    configurations = []
    for h in np.asarray(logits(model, codes)):
        configurations.append(np.where(np.log(1 / rng.random(h[0].shape) - 1) > -h[0], 1, -1))
    return configurations


def log_mixture(log_weights, logits, spins):
    log_q = []
    for s in spins:
        terms = log_weights.astype(float)
        for site, spin in enumerate(s):
            terms = terms - np.logaddexp(0, -float(spin) * logits[:, site])
        largest = terms.max()
        log_q.append(largest + math.log(np.exp(terms - largest).sum()))
    return log_q


def log_probability(model, spins, sites):
    # Gauss-Hermite quadrature over both latents.
    axis, weights = np.polynomial.hermite_e.hermegauss(60)
    z = np.array([(x, y) for x in axis for y in axis])
    share = np.array([a * b for a in weights for b in weights]) / (2 * math.pi)
    h = np.asarray(logits(model, z), dtype=float)[:, 0, sites]
    cost = np.logaddexp(0, h).sum(axis=1) - np.log(share)
    log_q = []
    for s in spins:
        terms = h[:, s[sites] > 0].sum(axis=1) - cost
        log_q.append(terms.max() + math.log(np.exp(terms - terms.max()).sum()))
    return np.array(log_q)


def nats_above(log_q, size, T):
    return -math.fsum(log_q) / len(log_q) - exact.entropy(T, size) * size**2


def expected_correlation(logits):
    p = 1 / (1 + np.exp(-logits[:, 0]))
    L = p.shape[-1]
    g = np.ones(L // 2 + 1)
    for r in range(1, L // 2 + 1):
        total = 0
        for y in range(L):
            for x in range(L):
                for q in (p[:, (y + r) % L, x], p[:, y, (x - r) % L]):
                    agree = p[:, y, x] * q + (1 - p[:, y, x]) * (1 - q)
                    total += (2 * agree - 1).mean()
        g[r] = total / (2 * L * L)
    return g


def only_m_correlation(spins):
    total = 0
    for s in spins:
        up, N = int((s > 0).sum()), s.size
        down = N - up
        total += (up * (up - 1) + down * (down - 1) - 2 * up * down) / (N * (N - 1))
    return total / len(spins)


def field(spins, y, x):
    L = spins.shape[-1]
    pairs = [(y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)]
    return sum(spins[:, i % L, j % L].astype(int) for i, j in pairs)


def redraw_black(spins, T, seed):
    rng, spins = np.random.default_rng(seed), np.array(spins)
    for y in range(spins.shape[1]):
        for x in range(1 - y % 2, spins.shape[2], 2):
            weight = np.exp(2 * field(spins, y, x) / T)
            up = rng.random(len(spins)) < weight / (1 + weight)
            spins[:, y, x] = np.where(up, 1, -1)
    return spins


def black_nats(spins, T):
    nats = np.zeros(len(spins))
    for y in range(spins.shape[1]):
        for x in range(1 - y % 2, spins.shape[2], 2):
            nats += np.log1p(np.exp(-2 * spins[:, y, x] * field(spins, y, x) / T))
    return nats


def hybrid_log_probability(model, spins, T):
    L = spins.shape[-1]
    white = np.array([[(y + x) % 2 == 0 for x in range(L)] for y in range(L)])
    return log_probability(model, spins, white) - black_nats(spins, T)
