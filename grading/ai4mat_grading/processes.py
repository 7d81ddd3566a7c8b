"""Processes that start at once: forked from one that has imported what most of them import."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import joblib

# Notebooks, or course folders, at a time: as many as there are processors for us.
LANES = joblib.cpu_count()

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

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(PRELOADED)


def processes(lanes=LANES):
    """A pool for so many tasks at a time, each in a process of its own."""
    return ProcessPoolExecutor(lanes, FORKS, max_tasks_per_child=1)
