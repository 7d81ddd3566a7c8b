"""Cost of a configuration at Tc against the size of the lattice, on 1 and 2 workers; no peer.

``python -m benchmarks.cost`` prints the table and draws book/_static/sampling_cost.png.
"""

import time
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from ai4mat_ising.exact import critical_temperature
from ai4mat_ising.plotting import DISORDERED, ORDERED
from ai4mat_ising.sampling import sample_equilibrium
from ai4mat_ising.sampling.schedule import CHAIN
from benchmarks import in_turn

OUTPUT = Path(__file__).resolve().parent.parent / "book" / "_static" / "sampling_cost.png"
SIZES, WORKERS = (8, 16, 32, 64, 128, 256), (1, 2)
STYLES = [(DISORDERED, "o-"), (ORDERED, "s-")]


def main():
    costs = measure()
    print_table(costs)
    draw(costs).savefig(OUTPUT, dpi=110)
    print(f"wrote {OUTPUT}")


def measure():
    """Seconds per configuration of each size, one for each number of workers."""
    return {L: seconds_per_configuration(L) for L in SIZES}


def seconds_per_configuration(L):
    T, n = critical_temperature(), max(2**21 // L**2, max(WORKERS) * CHAIN)  # each has a chain

    def seconds(workers):
        start = time.perf_counter()
        sample_equilibrium(L, T, n, seed=0, workers=workers)
        return (time.perf_counter() - start) / n

    sample_equilibrium(L, T, 1, seed=0)  # compiles
    return in_turn(*(partial(seconds, workers) for workers in WORKERS), repetitions=3)


def print_table(costs):
    print(f"{'sample_equilibrium at Tc, milliseconds per configuration:':58s}", end="")
    print("".join(f"{name(workers):>12s}" for workers in WORKERS))
    for L, seconds in costs.items():
        print(f"{f'L={L}':58s}" + "".join(f"{1e3 * value:12.3g}" for value in seconds))


def draw(costs):
    """The figure, milliseconds per configuration against L."""
    fig = Figure(figsize=(6, 3.8), layout="constrained", facecolor="white")
    ax = fig.add_subplot()
    for workers, seconds, (colour, marker) in zip(WORKERS, zip(*costs.values()), STYLES):
        milliseconds = [1e3 * value for value in seconds]
        ax.loglog(SIZES, milliseconds, marker, color=colour, label=name(workers))
    ax.set(xlabel="lattice size L", ylabel="ms per configuration at $T_c$")
    ax.set_xticks(SIZES, map(str, SIZES))
    ax.minorticks_off()
    ax.legend()
    return fig


def name(workers):
    return f"{workers} worker" + "s" * (workers > 1)


if __name__ == "__main__":
    main()
