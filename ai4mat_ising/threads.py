"""The number of threads that torch computes with: one is enough for networks of this package."""

from contextlib import contextmanager

import torch


@contextmanager
def torch_threads(number):
    """Let torch compute with so many threads for a while, then with as many as before."""
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(number)
        yield
    finally:
        torch.set_num_threads(before)
