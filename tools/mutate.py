"""Breaks modules of the package in small ways and says which changes no test notices.

For maintainers, from the root of the repository:

    python tools/mutate.py exact observables

Each mutant has one change: an operator, a number, a name like min or any, a condition, a keyword
or a statement left out. It lives in memory, in a process of its own, which runs the tests that are
named after the module, or else those that import it, quick ones first, until one fails. Mutants
that no test could tell from the original stand in ``tools/equivalent_mutants.txt`` with the
reason and are passed over. Strings, messages of errors and decorators are left as they are. Tests
that start a Python process of their own see the original there.
"""

import argparse
import ast
import contextlib
import importlib
import importlib.machinery
import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import pytest
from ai4mat_grading.mutations import Source, changed, sample_of
from tqdm import tqdm

PACKAGE = "ai4mat_ising"
EQUIVALENT = Path("tools/equivalent_mutants.txt")
# Kernels that numba compiled are kept from one mutant to the next.
KERNELS = Path(tempfile.gettempdir()) / "ai4mat-ising-mutants"
# --- which mutants count ---------------------------------------------------------------------


def equivalents_of(module, changes):
    """Those of the changes that are known to leave a module's behaviour as it is."""
    blocks = EQUIVALENT.read_text().strip().split("\n\n") if EQUIVALENT.exists() else []
    blocks = [block.splitlines() for block in blocks if block and not block.startswith("#")]
    known = [(old[2:], new[2:]) for name, old, new, *_ in blocks if name == module]
    for old, new in known:
        if (old, new) not in changes:
            print(f"{EQUIVALENT}: this is not a mutant of {module} any more\n- {old}\n+ {new}\n")
    return set(known)


# --- which tests run, and where ----------------------------------------------------------------


def path_of(module):
    path = Path(PACKAGE, *module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def tests_of(module):
    """The test files named after the module or its folder, and those that import it and are named
    after no module; or else those that import it, or all."""
    every = sorted(Path("tests/package").glob("test_*.py"))
    imports = re.compile(rf"^from {PACKAGE}(\.{module} import| import .*\b{module}\b)", re.M)
    importing = [path for path in every if imports.search(path.read_text())]
    modules = {name for path in Path(PACKAGE).rglob("*.py") for name in path.with_suffix("").parts}
    named = [path for path in every if path.stem.removeprefix("test_") in module.split(".")]
    others = [path for path in importing if path.stem.removeprefix("test_") not in modules]
    found = named + others if named else importing or every
    return list(dict.fromkeys(found + [path for path in every if path.stem == "test_defaults"]))


def import_what_is_not_ours(files):
    """In the process from which all others are forked: PyTorch alone takes seconds."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                if name.split(".")[0] != PACKAGE:
                    with contextlib.suppress(Exception):
                        importlib.import_module(name)


class Mutated(importlib.machinery.SourceFileLoader):
    """Loads a module from a text in memory; as the first finder it sees to that one only."""

    def __init__(self, module, text):
        super().__init__(f"{PACKAGE}.{module}", str(path_of(module).resolve()))
        self.text = text

    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def get_code(self, fullname):
        return compile(self.text, self.path, "exec")


class QuickFirst:
    """Orders the tests of each file by their seconds, and measures these."""

    def __init__(self, seconds):
        self.seconds, self.measured = seconds, {}

    def pytest_collection_modifyitems(self, items):
        files = list(dict.fromkeys(item.path for item in items))
        items.sort(key=lambda i: (files.index(i.path), self.seconds.get(i.nodeid, 0)))

    def pytest_runtest_logreport(self, report):
        self.measured[report.nodeid] = self.measured.get(report.nodeid, 0) + report.duration


def run_tests(module, text, tests, options, seconds, folder):
    """The exit status of pytest on a mutant; leaves the seconds of each test in the folder."""
    os.environ["AI4MAT_CACHE"] = str(folder / "cache")  # for no other mutant to find
    os.environ["NUMBA_CACHE_DIR"] = str(kernels_for(module, folder))
    os.environ["PYTHONPATH"] = os.getcwd()
    sys.path.insert(0, os.getcwd())
    sys.meta_path.insert(0, Mutated(module, text))
    plugin = QuickFirst(seconds)
    options = [*options, "-x", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'tests'}"]
    status = pytest.main([*options, *map(str, tests)], plugins=[plugin])
    (folder / "seconds").write_text(repr(plugin.measured))
    return int(status)


def kernels_for(module, folder):
    """A folder of compiled kernels without those that the module's text goes into.

    Numba would not see that a mutant differs from the file, and compiled kernels hold others.
    """
    if "@kernel" not in path_of(module).read_text():
        return KERNELS
    shutil.copytree(KERNELS, folder / "kernels", dirs_exist_ok=True)
    stale, package = {module.split(".")[-1]}, list(path_of(module).parent.glob("*.py"))
    while (
        more := {
            path.stem
            for path in package
            if re.search(rf"sampling\.({'|'.join(stale)}) import", path.read_text())
        }
        - stale
    ):
        stale |= more
    for path in (folder / "kernels").rglob("*.nb?"):
        if path.name.split(".")[0] in stale:
            path.unlink()
    return folder / "kernels"


def in_a_process(limit, *arguments):
    """`run_tests` in a process and a folder of its own: exit status, seconds and output.

    The status is None if the process had to be ended.
    """
    folder = Path(tempfile.mkdtemp(prefix="mutant-"))
    process = os.fork()
    if process == 0:
        _work(folder, arguments)
    end, status = time.monotonic() + limit, None
    while status is None and time.monotonic() < end:
        time.sleep(0.01)
        ended, code = os.waitpid(process, os.WNOHANG)
        status = os.waitstatus_to_exitcode(code) if ended else None
    with contextlib.suppress(ProcessLookupError):  # what a test started, too
        os.killpg(process, signal.SIGKILL)
    if status is None:
        os.waitpid(process, 0)
    seconds = folder / "seconds"
    seconds = ast.literal_eval(seconds.read_text()) if seconds.exists() else {}
    output = (folder / "output").read_text()
    shutil.rmtree(folder, ignore_errors=True)
    return status, seconds, output


def _work(folder, arguments):
    """What a forked process does, and nothing after it."""
    status = 1
    try:
        os.setsid()
        # A shell that starts the tool in the background has it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with open(folder / "output", "w") as output:
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
        status = run_tests(*arguments, folder)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def survivors(module, options, sample):
    """Print the mutants of a module that pass all tests; returns how many there are."""
    original, tests = path_of(module).read_text(), tests_of(module)
    conftests = Path("tests").rglob("conftest.py")
    import_what_is_not_ours([*Path(PACKAGE).rglob("*.py"), *conftests, *tests])
    status, seconds, output = in_a_process(float("inf"), module, original, tests, options, {})
    if status != 0:
        sys.exit(f"{output}\n{module}: {', '.join(map(str, tests))} must pass to begin with")
    limit = 60 + 5 * sum(seconds.values())
    mutants = [(text, *changed(original, text)) for text in Source(original).mutants()]
    known = equivalents_of(module, {mutant[2:] for mutant in mutants})
    counts = dict.fromkeys(["killed", "too slow", "equivalent", "survived"], 0)
    chosen = sample_of(mutants, sample)
    for text, line, old, new in tqdm(chosen, module, leave=False, disable=None):
        result = "equivalent"
        if (old, new) not in known:
            status, _, _ = in_a_process(limit, module, text, tests, options, seconds)
            result = {0: "survived", None: "too slow"}.get(status, "killed")
        counts[result] += 1
        if result in ("survived", "too slow"):
            tqdm.write(f"{path_of(module)}:{line} {result}\n- {old}\n+ {new}\n")
    numbers = ", ".join(f"{number} {result}" for result, number in counts.items())
    print(f"{module}: {len(chosen)} of {len(mutants)} mutants: {numbers}\n", flush=True)
    return counts["survived"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("modules", nargs="+", help="such as exact or sampling.schedule")
    parser.add_argument("--quick", action="store_true", help="leave out tests marked slow")
    parser.add_argument("--sample", type=int, help="at most so many mutants of each module")
    arguments = parser.parse_args()
    KERNELS.mkdir(exist_ok=True)
    options = ["-m", "not slow"] if arguments.quick else []
    sys.exit(sum(survivors(m, options, arguments.sample) for m in arguments.modules) > 0)


if __name__ == "__main__":
    main()
