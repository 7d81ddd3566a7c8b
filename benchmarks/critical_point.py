"""The table of the chapter on the critical point at full length, over seeds, with L = 40.

``python -m benchmarks.critical_point 0 1 2`` takes about four minutes of one core for each seed.
Sizes, training set and training are larger than on the page, whose recipe it otherwise follows.
"""

import sys
import time

import numpy as np
import torch

from ai4mat_ising import exact, latent, scaling
from ai4mat_ising.models import ConvAutoencoder
from ai4mat_ising.observables import magnetization
from ai4mat_ising.readout import decoder_magnetization
from ai4mat_ising.sampling import sample_equilibrium
from ai4mat_ising.seeds import independent_seeds
from ai4mat_ising.training import fit

SIZES = (8, 16, 24, 32, 40)
T = {L: 2.27 * (1 + np.linspace(-1, 1.4, 13) / L) for L in SIZES}
TRAIN, TEST, EPOCHS = 400, 5000, 60  # configurations at each temperature
TC = exact.critical_temperature()


def print_table(seeds):
    """Train and measure; the lines of a seed are printed as soon as they are known."""
    print("total errors; exact: nu 1, beta/nu 0.125")
    for seed in seeds:
        start = time.process_time()
        orders = measured(seed)
        print(f"seed {seed}, {time.process_time() - start:.0f} seconds of one core")
        for name, y in orders.items():
            print(f"  {name:6s} {row(y)}", flush=True)


def measured(seed):
    """Return samples {name: {L: (temperatures, n)}} of three order parameters."""
    m, z, m_hat = {}, {}, {}
    for L, part in zip(SIZES, independent_seeds(seed, len(SIZES))):
        for_train, for_test, weights, order = independent_seeds(part, 4)
        train = sample_equilibrium(L, np.repeat(T[L], TRAIN), 13 * TRAIN, seed=for_train)
        test = sample_equilibrium(L, np.repeat(T[L], TEST), 13 * TEST, seed=for_test)
        torch.manual_seed(weights % 2**32)
        net = ConvAutoencoder(1, size=L)
        options = {"batch_size": 128, "lr": 0.02, "schedule": "one-cycle", "seed": order % 2**31}
        fit(net, images(train), epochs=EPOCHS, progress=False, **options)
        code = latent.encode(net, images(test))
        ladder = np.linspace(code.min(), code.max(), 401)[:, None]
        unit = np.interp(code[:, 0], ladder[:, 0], decoder_magnetization(net, ladder))
        m[L] = magnetization(test).reshape(13, -1)
        z[L], m_hat[L] = ((y - y.mean(dtype=float)).reshape(13, -1) for y in (code[:, 0], unit))
    return {"m": m, "z": z, "m_hat": m_hat}


def images(spins):
    return (torch.tensor(spins[:, None]).float() + 1) / 2


def row(y):
    point = scaling.critical_point(list(T.values()), SIZES, list(y.values()))
    at_Tc = [scaling.value_at(T[L], scaling.cumulant(y[L]), TC) for L in SIZES]
    off, total = 100 * (point.Tc.value / TC - 1), 100 * point.Tc.total / TC
    return (
        f"U at Tc {' '.join(f'{u:.4f}' for u in at_Tc)}  Tc {off:+.3f} +- {total:.3f} %  "
        f"nu {point.nu.value:.3f} +- {point.nu.total:.3f}  "
        f"beta/nu {point.ratio.value:.4f} +- {point.ratio.total:.4f}  "
        f"chi-square {point.chi_square:.1f}"
    )


if __name__ == "__main__":
    print_table([int(seed) for seed in sys.argv[1:]] or [0])
