"""Run every benchmark and print one table: ``make bench``, or ``python -m benchmarks``.

Each row compares with a peer in the same run on the same machine; what counts is the ratio.
"""

import platform

import torch

from benchmarks import loading, training


def main():
    print(f"{platform.processor() or platform.machine()}, {torch.get_num_threads()} threads, ", end="")
    print(f"Python {platform.python_version()}, torch {torch.__version__}\n")
    print(f"{'benchmark':44s} {'ours':>10s} {'peer':>10s} {'ratio':>7s} {'goal':>6s}")
    for module in (loading, training):
        for row in module.rows():
            print(f"{row.name:44s} {row.ours:8.3g} s {row.peer:8.3g} s", end="")
            print(f" {row.peer / row.ours:6.1f}x {row.goal:5g}x", flush=True)
            if row.remark:
                print(f"    {row.remark}")


if __name__ == "__main__":
    main()
