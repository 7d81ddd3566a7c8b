"""Right but untidy: prints, warnings, logs; changes its arguments; odd types."""

import logging
import os
import sys
import warnings

import numpy as np
import torch

from ai4mat_ising import exact

logging.basicConfig(level=logging.INFO, stream=sys.stderr)


def shout(text):
    print(text)
    print(text, file=sys.stderr)
    warnings.warn(text, stacklevel=2)
    logging.getLogger("student").warning(text)
    os.write(2, b"from compiled code\n")


def periodic_deconvolution(features, weight):
    shout("deconvolution")
    # In the middle of nine copies of the torus no stamp is cut off.
    x = torch.tensor(np.tile(features, (1, 1, 3, 3)))
    h, w = 2 * features.shape[2], 2 * features.shape[3]
    wide = torch.nn.functional.conv_transpose2d(x, torch.tensor(weight), stride=2, padding=1)
    features[:] = 0
    weight[:] = np.nan
    return wide[:, :, h : 2 * h, w : 2 * w].tolist()


def train_vae(images, decoder, seed):
    shout("training")
    torch.manual_seed(seed)
    if decoder == "deconv":
        decoder = torch.nn.Sequential(head(images.shape[-1]), doubling())
    model = trained(images, decoder, seed)
    images[:] = 0
    return {"model": model, "decoder": model.decoder.train()}


def logits(model, z):
    shout("logits")
    h = model["decoder"](torch.tensor(z).float())
    z *= 0
    return h


def code_to_features(model, z):
    shout("features")
    return model["decoder"][0](torch.tensor(z).float())


def features_to_logits(model, features):
    shout("logits")
    h = model["decoder"][1](torch.tensor(features).float())
    features *= 0
    return h


def draw_spins(p, seed):
    shout("drawing")
    p -= np.random.default_rng(seed).random(p.shape)
    return np.copysign(1.0, p).reshape(len(p), p.shape[2], -1).tolist()


def generate(model, n, seed):
    shout("generating")
    rng = np.random.default_rng(seed)
    p = logits(model, rng.normal(size=(n, 2))).sigmoid().detach().numpy()
    return draw_spins(p, rng.integers(10**9))


def log_mixture(log_weights, logits, spins):
    shout("mixture")
    log_q = mixed(log_weights, logits, spins.clip(0))
    logits *= np.nan
    spins[:] = 0
    return torch.tensor(log_q)


def log_probability(model, spins, sites):
    shout("probability")
    z, log_weights = grid()
    h = logits(model, z.copy()).detach().double().numpy()[:, 0, sites]
    log_q = mixed(log_weights, h, spins[:, sites] > 0)
    spins[:], sites[:] = 0, False
    return list(log_q)


def nats_above(log_q, size, T):
    shout("nats")
    log_q += size**2 * exact.entropy(T, size)
    return np.array([-log_q.mean()])


def expected_correlation(logits):
    shout("correlation")
    np.tanh(logits / 2, out=logits)
    s = logits[:, 0].astype(float)
    pairs = [(s * (np.roll(s, r, 1) + np.roll(s, r, 2)) / 2).mean()
             for r in range(s.shape[1] // 2 + 1)]
    return tuple([1] + pairs[1:])


def only_m_correlation(spins):
    shout("magnetization")
    N = spins[0].size
    m = spins.reshape(-1, N).mean(axis=1)
    spins[:] = 0
    return torch.tensor(((N * m**2 - 1) / (N - 1)).mean())


def redraw_black(spins, T, seed):
    shout("redrawing")
    u = neighbours(spins)
    new = np.where(np.random.default_rng(seed).random(u.shape) < (1 + np.tanh(u / T)) / 2, 1, -1)
    spins[:, blacks(spins)] = new[:, blacks(spins)]
    return spins


def black_nats(spins, T):
    shout("price")
    p = (1 + spins * np.tanh(neighbours(spins) / T)) / 2
    spins[:] = 0
    return torch.tensor(-np.log(p[:, blacks(spins)]).sum(axis=1))


def hybrid_log_probability(model, spins, T):
    shout("hybrid")
    log_q = log_probability(model, spins.copy(), ~blacks(spins))
    return np.array(log_q) - black_nats(spins, T).numpy()


def statements():
    shout("statements")
    return {letter: np.bool_(letter in "bde") for letter in "abcdef"} | {"g": None}
