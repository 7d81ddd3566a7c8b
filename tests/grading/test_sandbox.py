"""What a student's code cannot do: each way out of the sandbox that we know is tried in a cell."""

import contextlib
import os
import socket
from pathlib import Path

import pytest
from ai4mat_grading import sandbox
from ai4mat_grading.records import MIB, Limits
from ai4mat_grading.sandbox import ControlGroup, Refused
from small import answer, check, handed_in, limited, outputs, plan

# Two functions: one is attacked with, the other is right.
TWO = plan(
    answer("bad"),
    check("check_bad", "assert bad() == 'wanted'"),
    answer("good"),
    check("check_good", "assert good(2) == 4", points=2),
)
GOOD = "def good(x):\n    return 2 * x"
# What a cell says of an attempt that raises something.
TRY = """
def said(attempt):
    try:
        return f"done: {attempt()}"
    except BaseException as error:
        return f"failed: {type(error).__name__}"
"""


def harm(grader, source, **more):
    """Grade a submission whose first answer does harm; return the verdict."""
    return grader.grade(handed_in(bad=source, good=GOOD, **more), TWO)


def said(grader, source):
    """What a cell prints."""
    verdict = harm(grader, f"{TRY}\n{source}")
    assert verdict.scores["check_good"] == 2
    return outputs(verdict, "bad")


# --- other processes ----------------------------------------------------------------------------


@pytest.mark.parametrize("call", ["os.kill(0, 9)", "os.kill(-1, 9)", "os.kill(1, 9)"])
@pytest.mark.parametrize("where", ["cell", "function"])
def test_signals_end_nothing_but_the_cell_that_sends_them(grader, call, where):
    body = f"import os\n{call}"
    source = body if where == "cell" else f"def bad():\n    {body.replace(chr(10), '; ')}"
    assert harm(grader, source).scores == {"check_bad": 0, "check_good": 2}


def test_only_processes_of_the_submission_are_visible(grader):
    text = said(grader, "import os; print([int(n) for n in os.listdir('/proc') if n.isdigit()])")
    assert len(eval(eval(text)["text"])) < 10


@pytest.mark.parametrize("path", ["/proc/1/mem", "/proc/1/environ", "/proc/1/fd/0", "/proc/1/maps"])
def test_nothing_of_the_first_process_can_be_read(grader, path):
    assert "failed: PermissionError" in said(
        grader, f"print(said(lambda: open({path!r}, 'rb').read(1)))"
    )


def test_nobody_can_be_traced(grader):
    source = "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    source += "for pid in (1, os.getppid()):\n    print('traced', libc.ptrace(16, pid, 0, 0))"
    assert said(grader, source).count("traced -1") == 2


def test_no_descriptor_leads_anywhere_but_to_the_judge(grader):
    source = "import os\nfor n in sorted(os.listdir('/proc/self/fd'), key=int):\n"
    source += "    print(n, said(lambda: os.readlink(f'/proc/self/fd/{n}')).split('[')[0])"
    lines = eval(said(grader, source))["text"].splitlines()
    # The folder that was listed has gone meanwhile.
    found = sorted(line.split(maxsplit=1)[1] for line in lines)
    assert found == [*["done: /dev/null"] * 3, "done: socket:", "failed: FileNotFoundError"]


def test_a_fork_bomb_costs_itself_alone(grader):
    source = "def bad():\n    import os\n    while True:\n        try:\n            os.fork()\n"
    source += "        except OSError:\n            pass"
    with limited(grader, cell=3):
        assert harm(grader, source).scores == {"check_bad": 0, "check_good": 2}


def test_processes_that_a_cell_leaves_behind_are_ended(grader):
    name = f"left-behind-{os.getpid()}"
    source = f"import subprocess\nsubprocess.Popen(['/bin/sh', '-c', 'sleep 1000; : {name}'])"
    assert harm(grader, source).scores["check_good"] == 2
    assert name not in all_command_lines()


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [Path(__file__), Path(__file__).parents[2], Path.home(), "/root", "/home", "/sys", "/var"],
)
def test_the_repository_and_other_folders_are_not_there(grader, path):
    (grader.folder / "gradebook.db").write_text("grades")
    for place in (path, grader.folder, grader.folder / "gradebook.db"):
        listed = f"os.path.isdir({str(place)!r}) and sorted(os.listdir({str(place)!r}))"
        source = f"import os\nprint(said(lambda: {listed}))"
        text = said(grader, source)
        # Folders above what is bound exist, and hold nothing else.
        assert "gradebook" not in text and "solutions" not in text and "test_sandbox" not in text


def test_hidden_tests_and_answers_are_in_no_file(grader):
    source = "import subprocess\nprint(subprocess.run(['find', '/', '-name', '*.ipynb', '-not', "
    source += "'-path', '*/site-packages/*', '-not', '-path', '/proc/*'], "
    source += "capture_output=True, text=True).stdout)"
    assert "solutions" not in said(grader, source)


@pytest.mark.parametrize("module", ["os", "ai4mat_grading", "numpy"])
def test_neither_interpreter_nor_packages_can_be_changed(grader, module):
    source = f"import {module} as m\nprint(said(lambda: open(m.__file__, 'a')))\n"
    source += "print(said(lambda: open(m.__file__ + '.new', 'w')))"
    text = said(grader, source)
    assert text.count("failed: OSError") + text.count("failed: PermissionError") == 2


def test_a_full_disk_is_the_submissions_own(grader):
    source = "import os\ndef fill(folder):\n    for i in range(100):\n"
    source += "        open(f'{folder}/{i}', 'wb').write(bytes(10 << 20))\n"
    source += "print(said(lambda: fill('/tmp')), said(lambda: fill('/dev/shm')))\n"
    source += "print(said(lambda: [open(f'/tmp/{i}.empty', 'w').close() for i in range(100_000)]))"
    assert said(grader, source).count("failed: OSError") == 3


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", "/tmp/home"])
def test_nothing_is_left_of_an_earlier_submission(grader, folder):
    assert harm(grader, f"open('{folder}/trace', 'w').write('x')").scores["check_good"] == 2
    assert "trace" not in said(grader, f"import os\nprint(os.listdir({folder!r}))")


def test_terminals_are_the_submissions_own(grader):
    listed = "print(sorted(os.listdir('/dev/pts')))"
    source = f"import os, pty\n{listed}\npty.openpty()\n{listed}"
    assert eval(said(grader, source))["text"] == "['ptmx']\n['0', 'ptmx']\n"


# --- rights, network, environment ---------------------------------------------------------------


def test_no_right_can_be_gained(grader):
    source = "import ctypes, os\nlibc = ctypes.CDLL(None)\n"
    source += "print([libc.unshare(1 << bit) for bit in (17, 28, 29, 30)], "
    source += "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None))\n"
    source += "print([line.split()[1] for line in open('/proc/self/status') "
    source += "if line.startswith(('Cap', 'NoNew'))])\n"
    source += "print(said(lambda: os.setuid(0)), said(lambda: os.setgid(0)))"
    lines = eval(said(grader, source))["text"].splitlines()
    assert lines[0] == "[-1, -1, -1, -1] -1"
    assert lines[1] == str(["0" * 16] * 5 + ["1"])
    assert lines[2].count("failed") == 2


def test_programs_that_would_gain_rights_gain_none(grader):
    source = "import subprocess\nfor name in ('su', 'mount', 'passwd', 'newgrp'):\n"
    source += "    done = subprocess.run([name, '-c', 'id -u'], "
    source += "capture_output=True, text=True, input='')\n"
    source += "    print('uid', done.stdout)"
    assert "uid 0" not in said(grader, source)


def test_there_is_no_network(grader):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        connect = f"socket.create_connection(('127.0.0.1', {port}), 5)"
        source = f"import socket\nprint(said(lambda: {connect}))\nprint(socket.if_nameindex())"
        text = said(grader, source)
    assert "failed: OSError" in text and "[(1, 'lo')]" in text


def test_sockets_without_a_file_are_those_of_the_submission(grader):
    name = f"\0ising-grade-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()
        text = said(
            grader,
            f"import socket\nprint(said(lambda: socket.socket(socket.AF_UNIX).connect({name!r})))",
        )
    assert "failed: ConnectionRefusedError" in text


def test_the_environment_is_not_the_graders(grader, monkeypatch):
    monkeypatch.setenv("MOODLE_TOKEN", "of the instructor")
    names = set(eval(eval(said(grader, "import os\nprint(sorted(os.environ))"))["text"]))
    assert names == {*sandbox.environment(grader.preload), "NUMBA_CACHE_DIR", "PWD"}


# --- memory and time ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "hog", ["bytes(1 << 34)", "[0] * (1 << 31)", "bytearray(b'x' * (700 << 20))"]
)
def test_a_function_without_measure_costs_itself_alone(grader, hog):
    verdict = harm(grader, f"def bad():\n    return {hog}")
    assert verdict.scores == {"check_bad": 0, "check_good": 2}


def test_a_cell_that_takes_all_memory_leaves_what_it_has_defined(grader):
    source = (
        "def bad():\n    return 'wanted'\nkept = []\nwhile True:\n    kept.append(b'x' * (1 << 20))"
    )
    assert harm(grader, source).scores == {"check_bad": 1, "check_good": 2}


def test_processes_together_have_no_more_memory_than_one(grader):
    source = "import os, time\nfor _ in range(8):\n    if os.fork() == 0:\n"
    source += "        kept = b'x' * (300 << 20)\n        time.sleep(1000)\ntime.sleep(1000)"
    with limited(grader, cell=10):
        assert harm(grader, source).scores["check_good"] == 2


def test_a_list_of_50_million_numbers_costs_itself_alone(grader):
    assert harm(grader, "def bad():\n    return [0] * 50_000_000").scores == {
        "check_bad": 0,
        "check_good": 2,
    }


# --- traps of the trial -------------------------------------------------------------------------


def test_figures_can_be_drawn_in_every_cell(grader):
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('µ')\nplt.show()"
    assert "image/png" in outputs(harm(grader, draw), "bad")


def test_a_figure_is_shown_once_and_drawn_without_plt_show(grader):
    draw = "import matplotlib.pyplot as plt\nplt.plot([1, 2]); 'shown'"
    assert outputs(harm(grader, draw), "bad").count("image/png") == 1


def test_a_student_may_keep_compiled_code(grader):
    source = "import numba\n@numba.njit(cache=True)\ndef twice(x):\n    return 2 * x\n"
    assert "kept 42" in said(grader, source + "print('kept', twice(21))")


def test_a_cell_that_closes_all_descriptors_costs_itself_alone(grader):
    source = "import os, matplotlib.pyplot as plt\nos.closerange(3, 100)\nplt.plot([1]); plt.show()"
    assert harm(grader, source).scores == {"check_bad": 0, "check_good": 2}


def test_tracebacks_are_plain(grader):
    text = said(grader, "def inner():\n    return 1 / 0\ninner()")
    assert "ZeroDivisionError" in text and "in inner" in text and "x1b" not in text


def test_after_a_crash_functions_are_those_of_the_new_process(grader):
    verdict = harm(grader, "import os\ndef bad():\n    os._exit(1)")
    assert verdict.scores == {"check_bad": 0, "check_good": 2}
    assert verdict.messages["check_bad"].startswith("StudentProcessDied: ")


def test_nothing_is_left(grader):
    assert harm(grader, "import os\nos._exit(0)").scores["check_good"] == 2
    assert list(grader.folder.glob(f"{sandbox.NAME}-*")) == []
    for parent in (sandbox.CONTROL_GROUPS / "memory", sandbox.CONTROL_GROUPS / "pids"):
        assert list(parent.glob(f"{sandbox.NAME}-{os.getpid()}-*")) == []


# --- where there is no control group ------------------------------------------------------------


@pytest.fixture
def version_2(tmp_path, monkeypatch):
    """A folder that looks like control groups of version 2 that are ours."""
    monkeypatch.setattr(sandbox, "CONTROL_GROUPS", tmp_path)
    own = tmp_path / "user.slice" / "ours"
    own.mkdir(parents=True)
    (own / "cgroup.procs").write_text("11\n12\n")
    (own / "cgroup.subtree_control").write_text("")
    monkeypatch.setattr(sandbox, "OWN_GROUP", tmp_path / "own")
    (tmp_path / "own").write_text("0::/user.slice/ours\n")
    return own


def test_a_group_of_version_2_limits_memory_and_processes(version_2):
    group = ControlGroup("ising-grade-1-2", Limits(memory=7 * MIB, processes=3))
    folder = version_2 / "ising-grade-1-2"
    assert group.add(77) and (folder / "cgroup.procs").read_text() == "77"
    assert (folder / "memory.max").read_text() == str(7 * MIB)
    assert (folder / "pids.max").read_text() == "19"
    # A group that limits others holds no process itself.
    assert (version_2 / "ising-grade-coordinator" / "cgroup.procs").read_text() == "12"
    assert (version_2 / "cgroup.subtree_control").read_text() == "+memory +pids"


def test_a_second_grader_finds_the_same_groups(version_2):
    ControlGroup("ising-grade-1-2", Limits())
    (sandbox.OWN_GROUP).write_text("0::/user.slice/ours/ising-grade-coordinator\n")
    ControlGroup("ising-grade-1-3", Limits())
    assert (version_2 / "ising-grade-1-3" / "memory.max").exists()


def test_groups_that_are_not_ours_limit_nothing(version_2):
    sandbox.OWN_GROUP.write_text("0::/system.slice/another\n")
    assert not ControlGroup("ising-grade-1-2", Limits()).add(77)


def test_groups_of_graders_that_were_killed_are_removed(tmp_path, monkeypatch):
    monkeypatch.setattr(sandbox, "CONTROL_GROUPS", tmp_path)
    gone, here = f"{sandbox.NAME}-999999999-0", f"{sandbox.NAME}-{os.getpid()}-0"
    for kind in ("memory", "pids"):
        for name in (gone, here):
            (tmp_path / kind / name).mkdir(parents=True)
    sandbox.sweep()
    assert sorted(p.name for p in tmp_path.glob("*/*")) == [here, here]
    sandbox.clear(here)
    assert list(tmp_path.glob("*/*")) == []


# --- the probe ----------------------------------------------------------------------------------


def test_a_missing_bubblewrap_is_told(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: None)
    with pytest.raises(Refused, match="there is no bubblewrap: install it"):
        sandbox.command(["true"], [], root=False)


# --- helpers ------------------------------------------------------------------------------------


def all_command_lines():
    lines = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            lines.append(path.read_bytes().decode(errors="replace"))
    return "\n".join(lines)
