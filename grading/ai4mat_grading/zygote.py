"""Inside the sandbox: imports what notebooks need once, and forks a process for each submission.

    python -m ai4mat_grading.zygote PLAIN OPENED MODULE ... < opening

Five kinds of processes: the zygote and a copy of it in which the cells before the first answer have
run, neither of which ever runs a student's code; for each submission one that waits outside of the
new namespaces; the first process inside, which ends everything when its connection ends; and below
it those of the student (`worker`).
"""

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import shutil
import signal
import socket
import sys
import traceback

from . import forking
from . import shell as shells
from .worker import Worker

# sched.h, mount.h, prctl.h, capability.h
NEWNS, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET = (1 << n for n in (17, 26, 27, 28, 29, 30))
NOSUID, NODEV, NOEXEC, BIND, MOVE, REC, PRIVATE = 2, 4, 8, 1 << 12, 1 << 13, 1 << 14, 1 << 18
SET_PDEATHSIG, SET_DUMPABLE, CAPBSET_DROP, SET_NO_NEW_PRIVS = 1, 4, 24, 38
CAPABILITIES, VERSION_3 = 41, 0x20080522

# Where no control group limits a submission, its first process looks so often (seconds) whether
# this part of the machine's memory is left.
PAUSE, LITTLE = 0.2, 0.15
# Files and folders of one file system.
INODES = 20_000

_libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> None:
    """Serve until the standard input ends, which the grader holds open.

    Parameters
    ----------
    arguments : list of str
        Descriptors of the sockets on which the zygote and its copy listen; modules.
    """
    plain, opened = (socket.socket(fileno=int(number)) for number in arguments[:2])
    _copy_kernels()
    for name in arguments[2:]:
        try:
            importlib.import_module(name)
        except Exception:  # a module may be missing; its cell will say so
            traceback.print_exc()
    shell = shells.make_shell()
    wanted = json.loads(sys.stdin.readline())
    forking.prepare()
    if os.fork() == 0:
        plain.close()
        _ending_here(lambda: _serve_opened(opened, shell, **wanted))
    opened.close()
    _serve(plain, shell, [])


def _copy_kernels() -> None:
    """Take what the course's package has compiled outside, where there is something."""
    if place := os.environ.get("NUMBA_CACHE_DIR"):
        with contextlib.suppress(OSError, KeyError):
            shutil.copytree(os.path.join(os.environ["AI4MAT_CACHE"], "kernels"), place)
        os.makedirs(place, exist_ok=True)


def _serve_opened(listener: socket.socket, shell: shells.Shell, opening: list, most: int) -> None:
    """Run the cells before the first answer and serve copies of the process that has run them."""
    outputs = []
    os.makedirs("/tmp/opening", exist_ok=True)
    os.chdir("/tmp/opening")
    for source in opening:
        error, put_out = shells.run_cell(shell, source, most)
        outputs.append(shells.as_json(put_out))
        if error is not None:
            return  # every submission runs them itself
    if not os.listdir():  # nor would a copy find files that they have written
        _serve(listener, shell, outputs)


def _serve(listener: socket.socket, shell: shells.Shell, opening: list) -> None:
    """Fork a process for each connection."""
    forking.prepare()
    # No process of a student may look into this one, whose user it has.
    _checked(_libc.prctl(SET_DUMPABLE, 0, 0, 0, 0), "prctl")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            return
        control, _ = listener.accept()
        if os.fork() == 0:
            _ending_here(lambda: _outer(control, listener, shell, opening))  # noqa: B023
        control.close()


def _ending_here(run) -> None:
    """Run something in a process that was forked, and end it whatever happens."""
    try:
        run()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def _outer(
    control: socket.socket, listener: socket.socket, shell: shells.Shell, opening: list
) -> None:
    """Make new namespaces, and wait until everything in them has ended."""
    listener.close()
    data, descriptors, *_ = socket.recv_fds(control, 1 << 16, 1)
    limits = json.loads(data)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()  # a signal to the student's process group must not reach the zygote
    uid, gid = os.getuid(), os.getgid()
    if limits["confined"]:
        _checked(_libc.prctl(SET_DUMPABLE, 1, 0, 0, 0), "prctl")  # or /proc/self is not ours
        _checked(_libc.unshare(NEWNS | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET), "unshare")
        _write("/proc/self/setgroups", "deny")
        _write("/proc/self/uid_map", f"{uid} {uid} 1")
        _write("/proc/self/gid_map", f"{gid} {gid} 1")
    inner = os.fork()
    if inner == 0:
        _ending_here(lambda: _first(control, descriptors[0], limits, shell, opening))
    control.close()
    os.close(descriptors[0])
    os.waitpid(inner, 0)


def _first(
    control: socket.socket, descriptor: int, limits: dict, shell: shells.Shell, opening: list
) -> None:
    """The first process of a submission: it hides the files of others, and ends the rest."""
    _libc.prctl(SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if limits["confined"]:
        _own_files(limits["disk"])
        _give_up_rights()
    os.chdir(limits["folder"])
    control.sendall(b"here")  # the grader learns our number, and sets its limits of all of us
    word = control.recv(5)
    if word not in (b"go", b"watch"):
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    if os.fork() == 0:
        _ending_here(lambda: _student(control, descriptor, limits, shell, opening))
    os.close(descriptor)
    _watch(control, limits["memory"] if word == b"watch" and limits["confined"] else None)
    if not limits["confined"]:  # where it is not the first of a namespace the others would live on
        os.killpg(0, signal.SIGKILL)


def _watch(control: socket.socket, memory: int | None) -> None:
    """End processes that are named, until the connection ends; and the largest if need be."""
    own = _private(os.getpid())
    waiting = b""
    while True:
        if select.select([control], [], [], None if memory is None else PAUSE)[0]:
            data = control.recv(1024)
            if not data:
                return
            *lines, waiting = (waiting + data).split(b"\n")
            for line in lines:
                _kill(int(line))
        if memory is not None and _available() < LITTLE:
            sizes = {
                pid: _private(pid) - own
                for pid in map(int, filter(str.isdigit, os.listdir("/proc")))
            }
            if sum(sizes.values()) > memory:
                _kill(max(sizes, key=sizes.get))


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _private(pid: int) -> int:
    """Bytes of memory of a process that are no file's; forks may share them."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            _, resident, shared, *_ = map(int, file.read().split())
    except OSError:  # it has ended
        return 0
    return (resident - shared) * resource.getpagesize()


def _available() -> float:
    """Part of the machine's memory that is left."""
    with open("/proc/meminfo") as file:
        sizes = {line.split(":")[0]: int(line.split()[1]) for line in file}
    return sizes["MemAvailable"] / sizes["MemTotal"]


def _student(
    control: socket.socket, descriptor: int, limits: dict, shell: shells.Shell, opening: list
) -> None:
    """Become the process that runs the student's cells."""
    control.close()
    if limits["confined"]:
        os.setsid()  # or a signal to its group ends those that it depends on
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    os.close(null)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name, value in {
        "DATA": limits["memory"],
        "NPROC": limits["processes"],
        "FSIZE": limits["disk"],
        "CPU": limits["cpu"],
        "CORE": 0,
        "NOFILE": 512,
    }.items():
        if limits["confined"] or name != "NPROC":  # the user has other processes
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (value, value))
    sock = socket.socket(fileno=descriptor)
    Worker(sock, shell, opening, limits["output"], limits["answer"]).serve()


# --- confinement -----------------------------------------------------------------------------


def _own_files(size: int) -> None:
    """Give /tmp, /dev and /proc a content that no other submission sees."""
    _checked(_libc.mount(b"none", b"/", None, REC | PRIVATE, None), "mount /")
    _mount_files("/dev/shm", size)
    # Where packages are installed below /tmp they stay visible.
    with open("/proc/self/mounts") as file:
        below = [line.split()[1] for line in file if line.split()[1].startswith("/tmp/")]
    for folder in below:
        place = folder.replace("/tmp", "/dev/shm", 1)
        os.makedirs(place, exist_ok=True)
        _checked(_libc.mount(folder.encode(), place.encode(), None, BIND | REC, None), "bind")
    # Kernels are loaded by now, or compiled; their folders must be there for what is compiled.
    for folder, _, _ in os.walk(os.environ["NUMBA_CACHE_DIR"]):
        os.makedirs(folder.replace("/tmp", "/dev/shm", 1))
    _checked(_libc.mount(b"/dev/shm", b"/tmp", None, MOVE, None), "move")
    _mount_files("/dev/shm", size)
    options = b"newinstance,ptmxmode=0666,mode=620"
    _checked(_libc.mount(b"devpts", b"/dev/pts", b"devpts", NOSUID | NOEXEC, options), "mount pts")
    _checked(_libc.mount(b"proc", b"/proc", b"proc", NOSUID | NODEV | NOEXEC, None), "mount proc")
    with contextlib.suppress(OSError):
        _write("/proc/sys/user/max_user_namespaces", "0")
    _write("/proc/self/oom_score_adj", "1000")  # before the grader, where memory runs out
    os.makedirs("/tmp/work")
    os.makedirs("/tmp/home")


def _mount_files(folder: str, size: int) -> None:
    options = f"size={size},nr_inodes={INODES},mode=1777".encode()
    flags = NOSUID | NODEV
    _checked(_libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, options), "mount tmpfs")


def _give_up_rights() -> None:
    """Lose every capability for good; no program that is started gains one."""
    header = (ctypes.c_uint32 * 2)(VERSION_3, 0)
    for capability in range(CAPABILITIES):
        _libc.prctl(CAPBSET_DROP, capability, 0, 0, 0)
    _checked(_libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
    _checked(_libc.prctl(SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")
    _checked(_libc.prctl(SET_DUMPABLE, 0, 0, 0, 0), "prctl")


def _write(path: str, text: str) -> None:
    with open(path, "w") as file:
        file.write(text)


def _checked(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


if __name__ == "__main__":
    main(sys.argv[1:])
