"""Run every benchmark and print one table: ``make bench``, or ``python -m benchmarks``.

Each row compares with a peer in the same run on the same machine; what counts is the ratio.
"""

import platform

import torch

from benchmarks import (
    cost,
    free_energy,
    generation,
    grading,
    loading,
    nb20,
    sampling,
    training,
    vae,
)


def main():
    print(
        platform.processor() or platform.machine(),
        f"{torch.get_num_threads()} threads",
        f"Python {platform.python_version()}, torch {torch.__version__}",
        sep=", ",
        end="\n\n",
    )
    print(f"{'benchmark':52s} {'ours':>8s} {'peer':>8s} {'':14s} {'ratio':>6s} {'goal':>5s}")
    for module in (loading, training, vae, sampling, nb20, grading):
        for row in module.rows():
            print(f"{row.name:52s} {row.ours:8.3g} {row.peer:8.3g} {row.unit:14s}", end="")
            print(f" {row.ratio:5.1f}x {row.goal:4g}x", flush=True)
            if row.remark:
                print(f"    {row.remark}")
    print()
    cost.print_table(cost.measure())
    print()
    generation.print_table()
    free_energy.print_table()


if __name__ == "__main__":
    main()
