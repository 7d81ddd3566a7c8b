"""The sandbox around students' processes: bubblewrap, and limits of what they use together.

As root there are two layers: root's shows the files to an account without rights, and that
account's own, which is the one that an ordinary user gets, confines.
"""

import contextlib
import importlib.util
import json
import os
import shutil
import signal
import site
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from .records import Limits

NOBODY = 65534
# What a Python needs of the system beside /usr.
SYSTEM = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts", "/etc/passwd")
CONTROL_GROUPS = Path("/sys/fs/cgroup")
OWN_GROUP = Path("/proc/self/cgroup")
NAME = "ising-grade"
# Where compiled kernels are inside: the zygote copies ours, a submission begins with the folders.
KERNELS = "/tmp/kernels"
# Seconds that a busy machine may take to end a killed process and to take its memory back.
LAST_BREATH = 60.0


class Refused(Exception):
    """The sandbox does not keep what it promises, or cannot be made; the message says why."""


def demand_linux() -> None:
    """Refuse every other system.

    Raises
    ------
    Refused
        With what one can do there.
    """
    if sys.platform != "linux":
        raise Refused(
            f"students' code is judged on Linux, got {sys.platform}: use a Linux machine, WSL 2 on "
            "Windows, or a container; the page for instructors says how, under 'other systems'"
        )


# --- what is visible inside ------------------------------------------------------------------


def environment(preload: Iterable[str]) -> dict[str, str]:
    """All environment variables inside: a few names, none of the grader's own.

    Parameters
    ----------
    preload : iterable of str
        Modules; where they are outside of the interpreter's folders, Python must find them.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "PYTHONPATH": ":".join(sorted({str(path.parent) for path in _packages(preload)})),
        "HOME": "/tmp/home",
        "USER": "student",
        "LANG": "C.UTF-8",
        "MPLCONFIGDIR": "/tmp/home/matplotlib",
        "IPYTHONDIR": "/tmp/home/ipython",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "NBGRADER_EXECUTION": "autograde",
        **SHARED,
        **({"AI4MAT_CACHE": str(cache)} if (cache := _cache()) else {}),
    }


# On both sides of the border: one thread each, the same order of sets in every run, no bars.
SHARED = {
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    # Whatever a cell asks for: threads of OpenMP would not live on in a fork, which would hang.
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "AI4MAT_PROGRESS": "0",
}

# Names a JSON file with what judges are forked with: modules and cells (`warm`).
WARM = "AI4MAT_GRADING_WARM"


def _cache() -> Path | None:
    """The folder of compiled kernels and drawn sets of the course's package, if it is there."""
    try:
        from ai4mat_ising.cache import cache_folder
    except ImportError:
        return None
    return cache_folder()


def _packages(names: Iterable[str]) -> set[Path]:
    """Folders of packages that are installed elsewhere, in editable mode: they, not what is beside.

    The repository around them holds the answers.
    """
    found = set()
    for name in {"ai4mat_grading", *(name.split(".")[0] for name in names)}:
        spec = importlib.util.find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            if not any(Path(folder).is_relative_to(prefix) for prefix in _prefixes()):
                found.add(Path(folder))
    return found


def _prefixes() -> set[Path]:
    return {
        Path("/usr"),
        *(Path(p) for p in (sys.prefix, sys.base_prefix, *site.getsitepackages())),
    }


def _view(preload: Iterable[str]) -> list[str]:
    """bwrap's options for a file system that holds the interpreter and the packages, to read."""
    folders = {*_prefixes(), *_packages(preload)}
    if cache := _cache():
        folders.add(cache)
    folders = sorted(folder for folder in folders if folder.is_dir())
    options = ["--tmpfs", "/", "--tmpfs", "/tmp"]
    for parent in sorted({p for path in [*folders, *map(Path, SYSTEM)] for p in path.parents[:-1]}):
        options += ["--perms", "0755", "--dir", str(parent)]  # or an account may not pass
    for folder in folders:
        options += ["--ro-bind", str(folder), str(folder)]
    for folder in map(Path, ("/bin", "/lib", "/lib64", "/sbin")):
        if folder.is_symlink():
            options += ["--symlink", os.readlink(folder), str(folder)]
        elif folder.is_dir():
            options += ["--ro-bind", str(folder), str(folder)]
    for path in SYSTEM:
        options += ["--ro-bind-try", path, path]
    return options


def command(program: Sequence[str], preload: Iterable[str], root: bool) -> list[str]:
    """The command line that runs a program in the sandbox.

    Parameters
    ----------
    program : sequence of str
        Its command line.
    preload : iterable of str
        Modules that must be found inside.
    root : bool
        Whether it is root who calls.

    Raises
    ------
    Refused
        If bubblewrap is not installed.
    """
    if shutil.which("bwrap") is None:
        raise Refused(
            "students' code needs a sandbox, and there is no bubblewrap: install it (apt-get "
            "install bubblewrap), or see the page for instructors for other systems"
        )
    view = _view(preload)
    names = environment(preload)
    own = ["bwrap", "--unshare-all", "--new-session", "--cap-drop", "ALL"]
    own += ["--hostname", "sandbox", "--clearenv"]
    # Writable, or numba would neither read nor keep anything there; the zygote fills it.
    names["NUMBA_CACHE_DIR"] = KERNELS
    own += [part for name, value in names.items() for part in ("--setenv", name, value)]
    own += [*view, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/dev/shm"]
    own += ["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp", "--", *program]
    if not root:
        return own
    account = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    account += ["--inh-caps=-all", "--bounding-set=-all", "--no-new-privs", "--"]
    shown = ["bwrap", *view, "--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"]
    return [*shown, "--chdir", "/", "--", *account, *own]


# --- the zygote ------------------------------------------------------------------------------


class Zygote:
    """A process that has imported what notebooks need, and forks one for each submission.

    Parameters
    ----------
    folder : Path
        Where its sockets and its log are; nobody else may enter it.
    preload : sequence of str
        Modules that it imports.
    opening : sequence of str
        Cells that every submission begins with, unless it has changed them.
    limits : Limits
        Of the output of these cells.
    confined : bool
        Whether it runs in the sandbox.

    Attributes
    ----------
    plain, opened : Path
        Sockets: of processes in which no cell has run, and of those in which the opening has.
    """

    def __init__(
        self,
        folder: Path,
        preload: Sequence[str],
        opening: Sequence[str],
        limits: Limits,
        confined: bool = True,
    ):
        self.plain, self.opened = folder / "plain", folder / "opened"
        self.log = folder / "sandbox.log"
        with _listening(self.plain) as plain, _listening(self.opened) as opened:
            numbers = [plain.fileno(), opened.fileno()]
            program = [sys.executable, "-m", "ai4mat_grading.zygote", *map(str, numbers), *preload]
            variables = None if confined else os.environ | environment(preload)
            if confined:
                program = command(program, preload, root=os.geteuid() == 0)
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    program,
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=log,
                    pass_fds=numbers,
                    env=variables,
                )
        wanted = {"opening": list(opening), "most": limits.output}
        with contextlib.suppress(BrokenPipeError):  # its log says more
            self.process.stdin.write(json.dumps(wanted).encode() + b"\n")
            self.process.stdin.flush()

    def said(self) -> str:
        """Last lines of its log."""
        return self.log.read_text(errors="replace")[-2000:]

    def stop(self) -> None:
        """End it, and with it everything that it has forked."""
        self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()


def _listening(address: Path) -> socket.socket:
    """A new socket; its path as a whole may be longer than one of a socket can be."""
    address.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    with contextlib.chdir(address.parent):
        listener.bind(address.name)
    listener.listen(64)
    return listener


# --- limits of memory and processes ----------------------------------------------------------


class ControlGroup:
    """A limit of the memory and the number of all processes of a submission together.

    Where we may make no control groups it limits nothing, and what holds are the limits of each
    process (`zygote`).

    Parameters
    ----------
    name : str
        A new one; `sweep` removes those of graders that have ended.
    limits : Limits
        What is limited.
    """

    def __init__(self, name: str, limits: Limits):
        self.folders: list[Path] = []
        try:
            for parent, files in _hierarchies(limits):
                folder = parent / name
                folder.mkdir()
                self.folders.append(folder)
                for file, value in files.items():
                    (folder / file).write_text(str(value))
        except OSError:  # all of it or nothing
            self.remove()

    def add(self, pid: int) -> bool:
        """Put a process in, and all that it will start; return whether that limits its memory."""
        try:
            for folder in self.folders:
                (folder / "cgroup.procs").write_text(str(pid))
        except OSError:
            return False
        return bool(self.folders)

    def remove(self) -> None:
        """Remove it once its processes have ended, which may take a moment; end those that live."""
        for folder in self.folders:
            _remove(folder)
        self.folders = []


def _hierarchies(limits: Limits) -> list[tuple[Path, dict[str, object]]]:
    """Folders in which we may make groups, and what to write into those."""
    processes = limits.processes + 16
    if (CONTROL_GROUPS / "memory").is_dir():  # version 1
        memory = {"memory.limit_in_bytes": limits.memory, "memory.swappiness": 0}
        return [
            (CONTROL_GROUPS / "memory", memory),
            (CONTROL_GROUPS / "pids", {"pids.max": processes}),
        ]
    own = _own_group()
    if own is None:
        return []
    files = {"memory.max": limits.memory, "memory.swap.max": 0, "pids.max": processes}
    return [(own, files | {"memory.oom.group": 0})]


def _own_group() -> Path | None:
    """Our group of version 2, ready for groups below it; None where it is not ours."""
    with contextlib.suppress(OSError, ValueError):
        line = next(x for x in OWN_GROUP.read_text().split() if x.startswith("0::"))
        own = CONTROL_GROUPS / line.removeprefix("0::").lstrip("/")
        if own.name == f"{NAME}-coordinator":
            return own.parent
        # A group that limits others below it holds no processes itself.
        inner = own / f"{NAME}-coordinator"
        inner.mkdir(exist_ok=True)
        for pid in (own / "cgroup.procs").read_text().split():
            (inner / "cgroup.procs").write_text(pid)
        (own / "cgroup.subtree_control").write_text("+memory +pids")
        return own
    return None


def _remove(folder: Path) -> None:
    end = time.monotonic() + LAST_BREATH
    while time.monotonic() < end:
        try:
            folder.rmdir()
            return
        except FileNotFoundError:
            return
        except OSError:
            with contextlib.suppress(OSError, ValueError):
                for pid in (folder / "cgroup.procs").read_text().split():
                    os.kill(int(pid), signal.SIGKILL)
            time.sleep(0.02)


def sweep() -> None:
    """Remove the control groups of graders that were killed."""
    for folder in _groups(f"{NAME}-*-*"):
        if not Path(f"/proc/{folder.name.split('-')[2]}").exists():
            _remove(folder)


def clear(name: str) -> None:
    """Remove a control group, and end what is in it, if a judge that was killed has left it."""
    for folder in _groups(name):
        _remove(folder)


def _groups(pattern: str) -> list[Path]:
    parents = [CONTROL_GROUPS / "memory", CONTROL_GROUPS / "pids"]
    if not parents[0].is_dir():
        parents = [own] if (own := _own_group()) else []
    return [folder for parent in parents for folder in parent.glob(pattern)]
