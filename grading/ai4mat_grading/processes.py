"""Processes that start at once: forked from one that has imported what most of them import."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.context import ForkServerContext

import joblib

# Notebooks, or course folders, at a time: as many as there are processors for us.
LANES = joblib.cpu_count()

# What nbgrader and the cells of problem sets import.
PRELOADED = [
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "nbgrader.api",
    "nbgrader.apps",
    "nbgrader.converters",
    "sklearn.decomposition",
    "sklearn.linear_model",
    "torch",
    "torch._dynamo",
    "ai4mat_ising.checks",
    "ai4mat_ising.generation",
    "ai4mat_ising.latent",
    "ai4mat_ising.plotting",
    "ai4mat_ising.sampling",
    "ai4mat_ising.training",
]


def forks() -> ForkServerContext:
    """Context whose processes are forked; there is one of them, so that all use the same list.

    The list goes into effect here, not on import: whoever imports this module for its sake alone
    leaves the fork server of others as it is.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


def processes(lanes: int = LANES) -> ProcessPoolExecutor:
    """Pool for so many tasks at a time, each in a process of its own."""
    return ProcessPoolExecutor(lanes, forks(), max_tasks_per_child=1)
