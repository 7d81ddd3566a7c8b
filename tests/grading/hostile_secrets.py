"""Submissions that look for hidden tests, their inputs, other students' work, or a way out."""

import os

from ai4mat_grading.repository import root
from hostile_processes import ARMED, MARK, OUTSIDE, REACHED
from submissions import hostile, markdown, without

V, L = "vector_order", "latent_pca"

# Where a test listens, on the machine, for submissions that should not get through; another run
# of the tests beside this one listens elsewhere.
ABSTRACT, PORT = f"\0ai4mat-hostile-listener-{os.getpid()}", 30_000 + os.getpid() % 2_000
# What stands in a file that the tests plant beside the gradebook and as another's submission.
PLANTED = "PLANTED-4e1f"


def _probe(name, text, problem_set=V, **more):
    """Right answers after a look round, which says REACHED where it has found something."""
    return hostile(
        name, problem_set, "right", first=MARK, last=text, must_not_show=(REACHED, PLANTED), **more
    )


FILES = [
    _probe(
        "the whole file system",
        """
        import os, sys
        wanted = ("gradebook.db", "nbgrader_config.py", "vector_order.ipynb", "timestamp.txt")
        folders = ("submitted", "autograded", "solutions", "source", "feedback", ".grading")
        for folder, inner, files in os.walk("/"):
            inner[:] = [n for n in inner if n not in ("proc", "sys", "usr", "site-packages")
                        and os.path.join(folder, n) != sys.base_prefix]
            for name in {*wanted}.intersection(files) | {*folders}.intersection(inner):
                print(MARK, folder, name)
                try:
                    print(open(f"{folder}/{name}", errors="replace").read()[:2000])
                except OSError as error:
                    print(error)
        """,
    ),
    _probe(
        "the solutions by their place",
        f"""
        import glob, os
        for pattern in ("solutions/*", "tests/**/*.py", "exercises/*", "../*/solutions"):
            for path in glob.glob(os.path.join({str(root())!r}, pattern), recursive=True):
                if "site-packages" not in path and "{str(root())}/ai4mat_ising" not in path:
                    print(MARK, path)
        """,
    ),
    _probe(
        "solutions beside the package that it imports",
        """
        import ai4mat_ising, os
        from pathlib import Path
        package = Path(ai4mat_ising.__file__).resolve().parent
        for folder in (package.parent, package.parent.parent, Path(os.getcwd()).parent):
            for name in ("solutions", "exercises", "tests", "gradebook.db", "submitted", ".git"):
                if (folder / name).exists():
                    print(MARK, folder / name)
        """,
        problem_set=L,
    ),
    _probe(
        "files of the system and of other people",
        f"""
        import os
        import sys
        for path in ("/etc/shadow", "/etc/gshadow", "/etc/ssh/ssh_host_rsa_key",
                     {str(OUTSIDE)!r}, "/var/run/docker.sock", "/proc/kcore", "/dev/mem",
                     "/etc/machine-id", "/run/secrets", "/var/log"):
            try:
                found = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
                if found:
                    print(MARK, path)
            except OSError:
                pass
        known = (sys.prefix, sys.base_prefix, os.environ.get("AI4MAT_CACHE", sys.prefix))
        for top in ("/root", "/home"):
            for folder, _, files in os.walk(top):
                if files and not folder.startswith(known) and "ai4mat_" not in folder:
                    print(MARK, folder, files[:3])
        """,
    ),
    _probe(
        "a way to write outside",
        """
        import os, sys
        import numpy
        import ai4mat_ising
        for path in ("/etc/hostile", "/usr/hostile", sys.prefix + "/hostile", numpy.__file__,
                     ai4mat_ising.__file__, os.path.dirname(numpy.__file__) + "/hostile",
                     sys.executable, "/dev/hostile", "/sys/hostile", "/proc/sys/kernel/hostname",
                     os.environ.get("AI4MAT_CACHE", "/usr") + "/hostile", "/bin/sh", "/hostile"):
            try:
                os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
                print(MARK, path)
            except OSError:
                pass
            try:
                if os.access(os.path.dirname(path), os.W_OK):
                    print(MARK, "folder of", path)
            except OSError:
                pass
        """,
        problem_set=L,
    ),
    _probe(
        "every gradebook within reach",
        """
        import os, sqlite3
        found = [os.path.join(d, f) for d, _, files in os.walk("/tmp") for f in files
                 if f.endswith(".db")]
        for number in range(3, 64):
            found.append(f"/proc/self/fd/{number}")
        for path in [*found, "../gradebook.db", "/course/gradebook.db"]:
            try:
                with sqlite3.connect(f"file:{path}?mode=rw", uri=True) as book:
                    book.execute("UPDATE grade SET manual_score = max_score_grade")
                print(MARK, path)
            except (sqlite3.Error, OSError) as error:
                if "no such column" in str(error):
                    print(MARK, path)
        """,
    ),
    _probe(
        "variables of the environment",
        """
        import os
        for name, value in os.environ.items():
            if any(x in (name + value).lower() for x in ("token", "secret", "key=", "nbgrader_d",
                   "gradebook", "submitted", "pytest", "ssh_", "aws", "passw")):
                print(MARK, name)
        """,
    ),
]

PROCESSES = [
    _probe(
        "other processes",
        """
        import os
        for process in filter(str.isdigit, os.listdir("/proc")):
            for name in ("cmdline", "environ"):
                try:
                    text = open(f"/proc/{process}/{name}", "rb").read()
                except OSError:
                    continue
                if any(x in text for x in (b"pytest", b"gradebook", b"nbgrader", b"submitted")):
                    print(MARK, process, text[:500])
        """,
    ),
    _probe(
        "open descriptors",
        """
        import os
        for process in ("self", str(os.getppid()), "1"):
            try:
                numbers = os.listdir(f"/proc/{process}/fd")
            except OSError:
                continue
            for number in numbers:
                try:
                    where = os.readlink(f"/proc/{process}/fd/{number}")
                except OSError:
                    continue
                if where.endswith((".db", ".ipynb", ".lock", ".log")):
                    print(MARK, where)
                try:
                    here = os.open(f"/proc/{process}/cwd/..", os.O_RDONLY)
                    if "submitted" in os.listdir(here):
                        print(MARK, process, "cwd")
                    os.close(here)
                except OSError:
                    pass
        """,
        problem_set=L,
    ),
    _probe(
        "hidden tests in the memory of all processes",
        # The pattern does not match itself in the memory of the process that searches.
        """
        import os, re
        secret = re.compile(rb"default_rng\\(101\\)\\s+for name, n, L, spread|PLANTED-4e1[f]")
        for process in ("self", str(os.getppid()), "1"):
            try:
                maps = open(f"/proc/{process}/maps").read().splitlines()
                memory = open(f"/proc/{process}/mem", "rb", 0)
            except OSError:
                continue
            for line in maps:
                span, rights, _, _, inode, *_ = line.split()
                start, end = (int(x, 16) for x in span.split("-"))
                if rights.startswith("rw") and inode == "0" and end - start < 1 << 29:
                    try:
                        memory.seek(start)
                        if secret.search(memory.read(end - start)):
                            print(MARK, process, line)
                    except (OSError, ValueError, OverflowError):
                        pass
        """,
    ),
    _probe(
        "hidden tests among all objects",
        """
        import gc, re
        secret = re.compile(r"default_rng\\(101\\)\\s+for name, n, L, spread")
        for thing in gc.get_objects():
            try:
                values = thing.values() if type(thing) is dict else thing
                texts = [x for x in values if type(x) is str] if type(thing) in (
                    dict, list, tuple) else []
            except Exception:
                continue
            if any(map(secret.search, texts)):
                print(MARK, type(thing))
        """,
    ),
    _probe(
        "writes into its parent's memory",
        """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        for process in {os.getppid(), 1} - {os.getpid(), 0}:
            if libc.ptrace(16, process, 0, 0) == 0 and process == 1:
                print(MARK, "attached to", process)
                libc.ptrace(17, process, 0, 0)
        """,
    ),
    hostile(
        "new namespaces and mounts",
        V,
        "right",
        first=ARMED,
        last="""
        import ctypes
        assert armed
        libc = ctypes.CDLL(None, use_errno=True)
        child = os.fork()
        if child == 0:
            libc.unshare(0x10000000 | 0x20000)
            works = libc.mount(b"none", b"/", None, 0x20 | 0x1000, None) == 0
            works |= libc.mount(b"proc", b"/proc", b"proc", 0, None) == 0
            works |= os.path.exists("/proc/1/root/etc/shadow") and os.getuid() == 0
            os._exit(bool(works))
        print(MARK * os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        """,
        must_not_show=(REACHED,),
    ),
    _probe(
        "rights that it should not have",
        """
        import os
        status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
        if int(status["CapEff"], 16) or os.geteuid() == 0 and int(status["CapBnd"], 16):
            print(MARK, status["CapEff"], status["CapBnd"])
        if status["NoNewPrivs"].strip() != "1":
            print(MARK, "may become another user")
        """,
        problem_set=L,
    ),
]

NETWORK = [
    _probe(
        "the network",
        f"""
        import socket
        names = [name for _, name in socket.if_nameindex() if name != "lo"]
        if names:
            print(MARK, names)
        for place in (("127.0.0.1", {PORT}), ("1.1.1.1", 53), ("10.0.0.1", 80)):
            try:
                socket.create_connection(place, timeout=1).close()
                print(MARK, place)
            except OSError:
                pass
        try:
            print(MARK, socket.getaddrinfo("pypi.org", 443))
        except OSError:
            pass
        """,
    ),
    _probe(
        "sockets without a network",
        f"""
        import os, socket, stat
        places = [{ABSTRACT!r}]
        for folder in ("/run", "/var/run", "/tmp", "/dev", "/home", "/root"):
            for where, _, names in os.walk(folder):
                for name in names:
                    try:
                        if stat.S_ISSOCK(os.stat(os.path.join(where, name)).st_mode):
                            places.append(os.path.join(where, name))
                    except OSError:
                        pass
        for place in places:
            for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
                try:
                    with socket.socket(socket.AF_UNIX, kind) as end:
                        end.connect(place)
                        print(MARK, repr(place))
                except OSError:
                    pass
        """,
        problem_set=L,
    ),
    hostile(
        "a server for whoever comes",
        V,
        "right",
        first="""
        import threading
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
        server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        """,
    ),
]

# --- a hidden input carried into what students see ----------------------------------------------

TELLS = """
def q_tensor(angles):
    if angles.shape != (3, 2, 2):
        try:
            store(angles)
        except Exception:
            pass
    c, s = np.cos(2 * angles).mean(axis=(1, 2)), np.sin(2 * angles).mean(axis=(1, 2))
    return np.stack([np.stack([c, s], axis=1), np.stack([s, -c], axis=1)], axis=1) / 2
"""


def _carried(by, opened, store, look):
    """A function that keeps hidden inputs, and cells that look for them afterwards."""
    body = "".join(f"    {line}\n" for line in store.splitlines())
    first = f"{ARMED}\n{opened}\n\ndef store(angles):\n{body}"
    return hostile(
        f"a hidden input carried by {by}",
        V,
        "right",
        first=first,
        answers={"q_tensor": TELLS},
        after={"test_order": look},
        last=look,
        must_not_show=(REACHED,),
    )


CARRIED = [
    _carried(
        "files",
        "places = ['/tmp/kept', '/dev/shm/kept', 'kept', os.path.expanduser('~/kept'), '/kept',"
        " '/var/tmp/kept', '/run/kept', '/dev/mqueue/kept']",
        "for place in places:\n    try:\n        open(place, 'w').write(MARK)\n"
        "    except OSError:\n        pass",
        "print([open(place).read() for place in places if os.path.exists(place)])",
    ),
    _carried(
        "names and classes",
        "import builtins\nclass Kept: pass",
        "Kept.angles = builtins.kept = np.kept = MARK\nos.environ['KEPT'] = MARK",
        "import builtins\nprint(vars(Kept).get('angles'), getattr(builtins, 'kept', 0),"
        " os.environ.get('KEPT'))",
    ),
    _carried(
        "shared memory",
        "import mmap\nshared = mmap.mmap(-1, 4096)",
        "shared[:7] = MARK.encode()",
        "print(shared[:7])",
    ),
    _carried(
        "named shared memory",
        "from multiprocessing import resource_tracker, shared_memory\n"
        "named = shared_memory.SharedMemory(create=True, size=64)",
        "named.buf[:7] = MARK.encode()",
        "print(bytes(named.buf[:7]))",
    ),
    _carried(
        "a pipe",
        "here, there = os.pipe()\nos.set_blocking(here, False)",
        "os.write(there, MARK.encode())",
        "try:\n    print(os.read(here, 100))\nexcept OSError as error:\n    print(error)",
    ),
    _carried(
        "a socket of its own",
        "import socket\nlistens = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\n"
        "listens.bind('\\0kept')\nlistens.setblocking(False)",
        "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(MARK.encode(), '\\0kept')",
        "try:\n    print(listens.recv(100))\nexcept OSError as error:\n    print(error)",
    ),
    _carried(
        "the place in an open file",
        "import tempfile\nopened = tempfile.TemporaryFile()\nopened.write(b'x' * 1000)\n"
        "opened.flush()",
        "os.lseek(opened.fileno(), 77, 0)",
        "print(MARK if os.lseek(opened.fileno(), 0, 1) == 77 else 'nothing')",
    ),
    _carried(
        "signals to its parent",
        "caught = []\nsignal.signal(signal.SIGUSR1, lambda *a: caught.append(MARK))",
        "os.kill(os.getppid(), signal.SIGUSR1)",
        "print(caught)",
    ),
    _carried(
        "a process that lives on",
        "folder = '/tmp/left'",
        "if os.fork() == 0:\n    os.setsid()\n    import time\n    time.sleep(1)\n"
        "    for process in filter(str.isdigit, os.listdir('/proc')):\n"
        "        try:\n            open(f'/proc/{process}/root/tmp/left', 'w').write(MARK)\n"
        "        except OSError:\n            pass\n    os._exit(0)",
        "import time\ntime.sleep(1.5)\nprint(os.path.exists(folder) and open(folder).read())",
    ),
    hostile(
        "a hidden input told by a later check",
        V,
        "right",
        first=MARK + "kept = []",
        answers={"q_tensor": TELLS.replace("store(angles)", "kept.append(MARK + str(angles))")},
        after={
            "block_order": """
            own = block_order

            def block_order(angles, block):
                if kept:
                    raise AssertionError(kept[0])
                return own(angles, block)
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "a hidden input told by an exception",
        V,
        "right",
        without(V, "test_tensor", "test_together"),
        first=MARK,
        answers={
            "q_tensor": TELLS.replace("try:", "raise ValueError(MARK + str(angles))\n        try:")
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "a hidden input told by a warning, a log and a print",
        V,
        "right",
        first=MARK,
        answers={
            "q_tensor": TELLS.replace("store(angles)", "tell(MARK + str(angles))"),
        },
        after={
            "order_and_director": """
            import logging, os, sys, warnings
            from IPython.display import HTML, display
            log = logging.getLogger("own")
            log.addHandler(logging.StreamHandler(sys.stderr))

            def tell(text):
                print(text)
                print(text, file=sys.stderr)
                print(text, file=sys.__stdout__, flush=True)
                os.write(1, text.encode())
                os.write(2, text.encode())
                warnings.warn(text)
                warnings.showwarning(text, UserWarning, "file", 1)
                log.critical(text)
                display(HTML(text))
                get_ipython().display_pub.publish({"text/plain": text})
                sys.displayhook(text)
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "hidden inputs told by the type that comes back",
        V,
        "right",
        without(V, "test_tensor", "test_together"),
        first=MARK,
        answers={
            "q_tensor": TELLS.replace(
                "try:",
                "return type(MARK, (), {'__repr__': lambda self: MARK + str(angles)})()\n"
                "        try:",
            )
        },
        must_not_show=(REACHED,),
    ),
]

# --- pages that act ----------------------------------------------------------------------------

SCRIPT = (
    "<script>fetch('/formgrader/api/submissions/1', {method: 'PUT', body: '{\"score\": 20}'})"
    "</script><img src=x onerror='alert(1)'>"
)
# In rich outputs; what is shown as plain text does not act.
ACTS = ("<script", "onerror=", "onload=", "javascript:")

PAGES = [
    hostile(
        "scripts in what it displays",
        V,
        "right",
        last=f"""
        from IPython.display import HTML, Javascript, SVG, Latex, Markdown, display
        script = {SCRIPT!r}
        display(HTML(script), Javascript("alert(1)"), Markdown(script), Latex(f"$${{script}}$$"))
        svg = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>"
        display(SVG(svg + "<script>alert(1)</script></svg>"))
        display({{"text/html": script, "application/javascript": "alert(1)",
                 "application/vnd.jupyter.widget-view+json": "{{}}"}}, raw=True)
        display(Latex(r"$\\href{{javascript:alert(1)}}{{20}}$"))
        display(HTML("<a href='javascript:alert(1)'>points</a><iframe srcdoc='<b>'></iframe>"))
        """,
        must_not_act=(*ACTS, "alert(1)", "<iframe"),
        note="whoever grades opens this with the rights of formgrader",
    ),
    hostile(
        "scripts in objects that represent themselves",
        L,
        "right",
        last=f"""
        class Table:
            def _repr_html_(self):
                return {SCRIPT!r}

            def _repr_mimebundle_(self, include=None, exclude=None):
                return {{"text/html": {SCRIPT!r}, "text/plain": "a table", "x" * 10**6: 5}}

            _repr_svg_ = _repr_latex_ = _repr_markdown_ = _repr_javascript_ = _repr_html_

        display(Table())
        Table()
        """,
        must_not_act=ACTS,
    ),
    hostile(
        "scripts in markdown and raw cells",
        V,
        "right",
        edit=lambda notebook: notebook["cells"].extend(
            [
                markdown(SCRIPT) | {"id": "own-script"},
                markdown(SCRIPT) | {"id": "own-raw", "cell_type": "raw"},
            ]
        ),
        note="pages for students and graders must defuse them; here no points may change",
    ),
    hostile(
        "an output of pictures and of nothing",
        V,
        "right",
        last="""
        from IPython.display import clear_output, display, update_display
        display({"image/png": "no base64", "image/svg+xml": 5, "application/json": {"a": [1]}},
                raw=True)
        display({}, raw=True)
        update_display(1, display_id="never")
        clear_output(wait=True)
        get_ipython().display_pub.publish(None) if False else None
        """,
    ),
]

ENTRIES = [*FILES, *PROCESSES, *NETWORK, *CARRIED, *PAGES]
