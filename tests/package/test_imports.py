"""Importing the package loads no more than it must and changes nothing outside it."""

import json
import pkgutil
import subprocess
import sys

import pytest

import ai4mat_ising

MODULES = [m.name for m in pkgutil.walk_packages(ai4mat_ising.__path__, "ai4mat_ising.")]


def run_in_a_new_interpreter(code):
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return json.loads(result.stdout)


def loaded_by(module):
    code = f"import json, sys, {module}; print(json.dumps([*sys.modules]))"
    return set(run_in_a_new_interpreter(code))


def test_the_package_itself_loads_nothing():
    loaded = loaded_by("ai4mat_ising")
    assert {name for name in loaded if name.startswith("ai4mat_ising.")} == set()
    assert loaded.isdisjoint({"numpy", "scipy", "torch", "matplotlib", "sklearn"})


@pytest.mark.slow
@pytest.mark.parametrize("leaf", ["exact", "observables"])
def test_leaves_load_nothing_but_numpy_and_of_ours_only_checks_of_arguments(leaf):
    loaded = loaded_by(f"ai4mat_ising.{leaf}")
    assert loaded.isdisjoint({"torch", "matplotlib", "sklearn", "tqdm", "numba", "scipy"})
    ours = {name for name in loaded if name.startswith("ai4mat_ising.")}
    assert ours == {f"ai4mat_ising.{leaf}", "ai4mat_ising.arguments"}


@pytest.mark.slow
def test_sampling_loads_neither_torch_nor_matplotlib():
    assert loaded_by("ai4mat_ising.sampling").isdisjoint({"torch", "matplotlib", "sklearn"})


def test_the_command_line_loads_nothing_before_it_is_told_what_to_do():
    loaded = loaded_by("ai4mat_ising.cli")
    assert {name for name in loaded if name.startswith("ai4mat_ising.")} == {"ai4mat_ising.cli"}
    assert loaded.isdisjoint({"numpy", "torch", "numba"})


@pytest.mark.parametrize("module", ["cache", "published"])
def test_what_reads_files_loads_neither_torch_nor_numba(module):
    """Several processes at once, and the command line, look into the cache without them."""
    assert loaded_by(f"ai4mat_ising.{module}").isdisjoint({"torch", "numba", "matplotlib", "tqdm"})


@pytest.mark.slow
def test_training_and_encoding_load_no_pyplot_and_no_numba():
    loaded = loaded_by("ai4mat_ising.models, ai4mat_ising.latent")
    assert loaded.isdisjoint({"matplotlib.pyplot", "numba"})


# numpy, torch and the like do change warning filters when they are imported, so everything that is
# not ours comes first.
SIDE_EFFECTS = """
import contextlib, importlib, json, os, random, sys, threading, warnings
for name in THEIRS:
    with contextlib.suppress(Exception):
        importlib.import_module(name)
import matplotlib, numpy, torch

def state():
    return {
        "warning filters": repr(warnings.filters),
        "rcParams": repr(matplotlib.rcParams.copy()),
        "random": repr(random.getstate()),
        "numpy.random": repr([*map(repr, numpy.random.get_state()[1])]),
        "torch": repr(torch.get_rng_state().tolist()),
        "errors of numpy": repr(numpy.geterr()),
        "default dtype": repr(torch.get_default_dtype()),
        "threads of torch": torch.get_num_threads(),
        "threads": threading.active_count(),
        "environment": repr(dict(os.environ)),
        "path": repr(sys.path),
    }

changes, before = {}, state()
for module in OURS:
    importlib.import_module(module)
    changes[module] = [key for key, value in state().items() if value != before[key]]
    before = state()
print(json.dumps(changes))
"""


@pytest.mark.slow
def test_importing_changes_no_global_state():
    theirs = [m for m in loaded_by(", ".join(MODULES)) if not m.startswith("ai4mat_ising")]
    changes = run_in_a_new_interpreter(f"THEIRS, OURS = {sorted(theirs)}, {MODULES}" + SIDE_EFFECTS)
    assert changes == {module: [] for module in MODULES}
