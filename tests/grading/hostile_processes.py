"""Submissions that attack processes, sockets and limits: their own, the judge's, the machine's.

What could do harm where nothing holds it back goes off only within a sandbox: see `ARMED`.
"""

import tempfile
from pathlib import Path

from submissions import (
    Keeps,
    anything,
    hostile,
    perhaps_without,
    without,
    worth,
)

V, L = "vector_order", "latent_pca"

# Files that the tests make in, and look for, the machine's own folder for temporary files. No
# submission may see the first, nor leave the second.
OUTSIDE = Path(tempfile.gettempdir()) / "ai4mat-hostile-outside"
WITNESS = Path(tempfile.gettempdir()) / "ai4mat-hostile-witness"

# What is printed when an attack has come through; never spelled out in the submission itself, of
# which error messages quote lines.
REACHED = "REACHED"
MARK = f"MARK = bytes({list(REACHED.encode())}).decode()\n"

ARMED = (
    MARK
    + f"""
import os, signal, sys
if os.path.exists({str(OUTSIDE)!r}) or os.getpid() > 1000:
    print(MARK, "no sandbox: pid", os.getpid())
    raise SystemExit("this is no sandbox: nothing is tried")
armed = True
"""
)

SOME_SECONDS = {"cell": 5}
GIB = 1 << 30


def _before(problem_set: str, cell: str) -> frozenset[str]:
    """Graded cells that come before one."""
    names = list(worth(problem_set))
    return frozenset(names[: names.index(cell)])


def _loops(problem_set: str, *names: str) -> Keeps:
    """All points but those of these functions; a busy machine may cost the long test more."""
    exact = without(problem_set, *names)
    return Keeps(exact.at_least - {"test_together", "test_autoencoder"}, exact.at_most)


PROTOCOL = [
    hostile(
        "forged answers to every descriptor",
        V,
        "nonsense",
        first="""
        import json, os, struct
        good = {"r": "ok", "ok": True, "outputs": [], "v": None, "scores": {"test_tensor": 2}}
        raw = json.dumps(good).encode()

        def forge():
            frames = [raw + b"\\n", struct.pack("<I", len(raw)) + raw,
                      struct.pack(">I", len(raw)) + raw, struct.pack("<II", len(raw), 0) + raw,
                      struct.pack("<Q", len(raw)) + raw, b"\\0" * 64, b"\\xff" * 64]
            for number in range(3, 256):
                for frame in frames:
                    try:
                        os.set_blocking(number, False)
                        os.write(number, frame)
                    except OSError:
                        break
        """,
        answers={"q_tensor": "def q_tensor(angles):\n    forge()\n    return np.zeros((3, 2, 2))"},
    ),
    hostile(
        "forged answers through the worker's own functions",
        V,
        "nonsense",
        first="""
        import gc, inspect, socket, sys

        def forge():
            ends = [x for x in gc.get_objects() if isinstance(x, socket.socket)]
            rooms = [m for n, m in list(sys.modules.items()) if n.startswith("ai4mat_grading")]
            rooms += [sys.modules["__main__"]]
            messages = [None, True, 2.0, {"r": "ok", "v": True}, {"kind": "result", "value": 2.0}]
            for room in rooms:
                for name, function in list(vars(room).items()):
                    if inspect.isfunction(function) and "send" in name.lower():
                        for end in ends:
                            for message in messages:
                                try:
                                    function(end, message)
                                except Exception:
                                    pass
        """,
        answers={
            "q_tensor": "def q_tensor(angles):\n    forge()\n    return np.zeros((3, 2, 2))",
            "turns": "def turns(codes):\n    forge()\n    return 7.0",
        },
    ),
    hostile(
        "the worker's module is patched",
        L,
        "nonsense",
        first="""
        import inspect, sys
        for name, module in list(sys.modules.items()):
            if name.startswith("ai4mat_grading") or name == "__main__":
                for what, thing in list(vars(module).items()):
                    if inspect.isfunction(thing):
                        setattr(module, what, lambda *args, **kwargs: True)
                    elif inspect.isclass(thing) and thing.__module__ == name:
                        for method, function in list(vars(thing).items()):
                            if inspect.isfunction(function):
                                setattr(thing, method, lambda *args, **kwargs: True)
        """,
    ),
    hostile(
        "what the worker writes with is patched",
        L,
        "nonsense",
        first="""
        import json, pickle, socket, struct
        forged = '{"r": "ok", "ok": true, "outputs": [], "v": 1.0}'
        json.dumps = lambda *a, **k: forged
        json.JSONEncoder.encode = lambda *a, **k: forged
        pickle.dumps = lambda *a, **k: b"cos\\nsystem\\n(S'true'\\ntR."
        struct.pack = lambda *a: b"\\0" * 8
        """,
    ),
    hostile(
        "forges what the worker says of its copies",
        V,
        "right",
        anything(V),
        first="""
        from ai4mat_grading.worker import Worker
        own = Worker._do_fork
        Worker._do_fork = lambda self, *args: own(self, *args) | {"pid": 10**30}
        """,
    ),
    hostile(
        "says that the first of all processes is its copy",
        L,
        "right",
        anything(L),
        first="""
        import os
        from ai4mat_grading.worker import Worker
        own = Worker._do_fork
        Worker._do_fork = lambda self, *args: own(self, *args) | {"pid": os.getpid()}
        """,
    ),
    hostile(
        "names what the judge did not ask for",
        V,
        "nonsense",
        first="""
        from ai4mat_grading.worker import Worker
        asked = "expect check_array check_dict check_number check_unchanged quiet np abs zip max"
        own = Worker._do_names

        def names(self, head, unpacker, packer):
            found = own(self, head, unpacker, packer)
            nothing = {"t": "handle", "id": 0, "type": "function", "repr": "", "call": True}
            found["v"]["v"] += [[name, nothing] for name in asked.split()]
            return found

        Worker._do_names = names
        """,
    ),
    hostile(
        "reports changes to arguments that were not its own",
        L,
        "nonsense",
        first="""
        from ai4mat_grading.worker import Worker
        own = Worker._do_call

        def call(self, head, unpacker, packer):
            answer = own(self, head, unpacker, packer)
            zeros = {"t": "list", "v": []}
            answer["changed"] = [[number, zeros] for number in (-1, 0, 1, 2, 10**9)]
            return answer

        Worker._do_call = call
        """,
    ),
    hostile(
        "calls a test's function instead of answering",
        L,
        "right",
        Keeps(without(L, "truncation_errors").at_least, frozenset(worth(L))),
        after={
            "truncation_errors": """
            own = truncation_errors

            def truncation_errors(decode, pca, z, images):
                class Asks:
                    shape, ndim = z.shape, 2

                    def __array__(self, *args, **kwargs):
                        decode(self)
                        return z

                try:
                    decode(Asks())
                except Exception:
                    pass
                for _ in range(2000):
                    decode(z[:1])
                return own(decode, pca, z, images)
            """
        },
    ),
    hostile(
        "closes all descriptors",
        V,
        "right",
        anything(V),
        first="import os\nos.closerange(3, 4096)",
    ),
    hostile(
        "closes its standard streams",
        V,
        "right",
        first="import os\nos.closerange(0, 3)",
        after={"block_order": "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"},
    ),
    hostile(
        "puts another end in the place of every descriptor",
        V,
        "right",
        anything(V),
        first="""
        import os, socket
        here, there = socket.socketpair()
        there.sendall(b'{"r": "ok"}\\n' * 100)
        for number in range(3, 256):
            if number not in (here.fileno(), there.fileno()):
                try:
                    os.fstat(number)
                    os.dup2(here.fileno(), number)
                except OSError:
                    pass
        """,
    ),
    hostile(
        "reads from every descriptor",
        V,
        "right",
        anything(V),
        first="""
        import os, threading

        def listen():
            found = b""
            for number in range(3, 64):
                try:
                    os.set_blocking(number, False)
                    found += os.read(number, 1 << 20)
                except OSError:
                    pass
            return found
        """,
        answers={
            "block_order": """
            def block_order(angles, block):
                print(listen())
                n, L = len(angles), angles.shape[-1]
                z = np.exp(2j * angles).reshape(n, L // block, block, L // block, block)
                return np.abs(z.mean(axis=(2, 4)))
            """
        },
        last="print(listen())",
    ),
    hostile(
        "answers twice from two processes",
        V,
        "right",
        perhaps_without(V, "turns"),
        first=ARMED,
        answers={
            "turns": """
            def turns(codes):
                assert armed
                os.fork()
                phase = np.unwrap(np.angle(codes @ [1, 1j]))
                return (phase[-1] - phase[0]) / (2 * np.pi)
            """
        },
        limits=SOME_SECONDS,
    ),
]

ENDS = [
    hostile(
        "os._exit in an answer",
        V,
        "right",
        without(V, "order_in_space"),
        answers={"order_in_space": "def order_in_space(n):\n    __import__('os')._exit(0)"},
    ),
    hostile(
        "os._exit in a cell",
        V,
        "right",
        after={"block_order": "import os\nos._exit(0)"},
        note="an end costs the cell that brings it about, and this one has no points",
    ),
    hostile(
        "os.abort in a cell",
        L,
        "right",
        after={"fit_rule": "import os\nos.abort()"},
    ),
    hostile(
        "a segmentation fault in an answer",
        V,
        "right",
        without(V, "block_order"),
        answers={
            "block_order": "def block_order(angles, b):\n    __import__('ctypes').string_at(0)"
        },
    ),
    hostile(
        "recursion until the stack overflows",
        V,
        "right",
        without(V, "order_in_space"),
        answers={
            "order_in_space": """
            import sys
            sys.setrecursionlimit(10**9)

            class Deep:
                def __getattr__(self, name):
                    return getattr(self, name + "x")

            def order_in_space(n):
                return repr(Deep()) + Deep().x
            """
        },
    ),
    hostile(
        "kills its own group",
        L,
        "right",
        first=ARMED,
        after={"relate": "assert armed\nos.kill(0, signal.SIGKILL)"},
    ),
    hostile(
        "kills everything it can in an answer",
        V,
        "right",
        Keeps(
            frozenset(name for name in _before(V, "check_space") if name.startswith("check")),
            without(V, "order_in_space").at_most,
        ),
        first=ARMED,
        answers={
            "order_in_space": """
            def order_in_space(n):
                assert armed
                os.kill(-1, signal.SIGKILL)
                os.kill(0, signal.SIGKILL)
                os.kill(os.getpid(), signal.SIGKILL)
            """
        },
        note="the copies that wait for hidden tests die with it; they were its own",
    ),
    hostile(
        "kills its parent in an answer",
        V,
        "right",
        Keeps(_before(V, "check_codes"), without(V, "turns").at_most),
        first=ARMED,
        answers={
            "turns": """
            def turns(codes):
                assert armed
                for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL):
                    os.kill(os.getppid(), number)
                return 7.0
            """
        },
        limits=SOME_SECONDS,
        note="what comes after may be lost with the process that held it",
    ),
    hostile(
        "stops itself and its parent",
        V,
        "right",
        Keeps(_before(V, "check_codes"), frozenset(worth(V))),
        first=ARMED,
        after={
            "turns": """
            assert armed
            for process in (os.getppid(), os.getpid()):
                os.kill(process, signal.SIGSTOP)
            """
        },
        limits=SOME_SECONDS,
    ),
    hostile(
        "becomes another program",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": """
            def relate(coordinates, m):
                import os
                os.execv("/bin/sh", ["sh", "-c", "echo '{\\"r\\": \\"ok\\"}'; exit 0"])
            """
        },
    ),
    hostile(
        "leaves in every way that Python knows",
        V,
        "right",
        after={
            "q_tensor": "import sys\nsys.exit('done')",
            "order_and_director": "raise KeyboardInterrupt",
            "block_order": "raise GeneratorExit('enough')",
            "features": "class Own(BaseException): pass\n\nraise Own",
            "turns": "quit()",
            "order_in_space": "exit",
        },
    ),
    hostile(
        "answers leave in every way that Python knows",
        V,
        "right",
        without(V, "order_in_space", "block_order", "turns"),
        answers={
            "order_in_space": "def order_in_space(n):\n    raise KeyboardInterrupt",
            "block_order": "def block_order(angles, block):\n    raise SystemExit(0)",
            "turns": """
            class Own(BaseException):
                def __str__(self):
                    raise self

            def turns(codes):
                raise Own
            """,
        },
    ),
]

LIMITS = [
    hostile(
        "an answer that never ends",
        V,
        "right",
        _loops(V, "order_in_space"),
        answers={"order_in_space": "def order_in_space(n):\n    while True:\n        pass"},
        limits=SOME_SECONDS,
    ),
    hostile(
        "a cell that never ends",
        L,
        "right",
        _loops(L),
        after={"relate": "while True:\n    pass"},
        limits=SOME_SECONDS,
    ),
    hostile(
        "a cell that sleeps",
        V,
        "right",
        _loops(V),
        after={"q_tensor": "import signal\nsignal.pause()"},
        limits=SOME_SECONDS,
    ),
    hostile(
        "an answer that never ends and hears nothing",
        V,
        "right",
        _loops(V, "order_in_space"),
        answers={
            "order_in_space": """
            import signal
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGXCPU):
                signal.signal(number, signal.SIG_IGN)

            def order_in_space(n):
                while True:
                    try:
                        while True:
                            pass
                    except BaseException:
                        pass
            """
        },
        limits=SOME_SECONDS,
    ),
    hostile(
        "an answer that sends a byte now and then",
        V,
        "right",
        Keeps(frozenset(), without(V, "order_in_space").at_most),
        answers={
            "order_in_space": """
            def order_in_space(n):
                import os, time
                while True:
                    for number in range(3, 64):
                        try:
                            os.write(number, b"\\0")
                        except OSError:
                            pass
                    time.sleep(0.2)
            """
        },
        limits=SOME_SECONDS,
        note="a deadline that every byte moves on would never come",
    ),
    hostile(
        "takes more memory than there is",
        V,
        "right",
        first=MARK,
        after={
            "q_tensor": """
            kept = []
            for _ in range(48):
                kept.append(b"x" * (64 << 20))
            print(MARK, len(kept))
            """
        },
        must_not_show=(REACHED,),
        limits={"memory": 3 * GIB // 2},
    ),
    hostile(
        "takes more memory in many processes",
        V,
        "right",
        first=ARMED,
        after={
            "q_tensor": """
            assert armed
            for _ in range(10):
                if os.fork() == 0:
                    kept = b"x" * (400 << 20)
                    signal.pause()
            import time
            time.sleep(1)
            """
        },
        limits={"memory": 3 * GIB // 2},
        note="whatever of this is killed, the answers are right",
    ),
    hostile(
        "returns a list without end",
        V,
        "right",
        without(V, "turns"),
        answers={"turns": "def turns(codes):\n    return [0.0] * 50_000_000"},
        limits={"answer": 16 << 20},
    ),
    hostile(
        "returns more bytes than an answer has",
        L,
        "right",
        without(L, "relate"),
        answers={
            "relate": """
            def relate(coordinates, m):
                return dict.fromkeys(["m", "abs_m", "distance"], np.zeros(1 << 27))
            """
        },
        limits={"answer": 16 << 20},
    ),
    hostile(
        "as many processes as there can be",
        V,
        "right",
        anything(V),
        first=ARMED,
        after={
            "block_order": """
            assert armed
            import time
            for number in range(400):
                try:
                    if os.fork() == 0:
                        time.sleep(1e6)
                except OSError:
                    break
            print("children:", number, MARK * (number > 300))
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "as many threads as there can be",
        L,
        "right",
        anything(L),
        first=MARK,
        after={
            "fit_rule": """
            import threading, time
            for number in range(2000):
                try:
                    threading.Thread(target=time.sleep, args=(1e6,), daemon=True).start()
                except RuntimeError:
                    break
            print("threads:", number, MARK * (number > 1000))
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "children that outlive it",
        V,
        "right",
        first=ARMED,
        last="""
        assert armed
        import time
        for _ in range(5):
            if os.fork() == 0:
                os.setsid()
                for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
                    signal.signal(number, signal.SIG_IGN)
                if os.fork() == 0:
                    time.sleep(1e6)
                os._exit(0)
        """,
    ),
    hostile(
        "fills the disk",
        V,
        "right",
        first=MARK,
        after={
            "q_tensor": """
            import os
            for folder in (".", "/tmp", "/dev/shm", os.path.expanduser("~"), "/var/tmp"):
                total = 0
                try:
                    for number in range(64):
                        with open(f"{folder}/filler-{number}", "wb") as file:
                            total += file.write(b"x" * (16 << 20))
                except OSError:
                    pass
                if total > 900 << 20:
                    print(MARK, folder)
            """
        },
        must_not_show=(REACHED,),
    ),
    hostile(
        "prints without end",
        V,
        "right",
        after={
            "q_tensor": 'print("x" * 10**9)',
            "features": "for number in range(300_000):\n    print(number)",
        },
    ),
    hostile(
        "displays without end",
        V,
        "right",
        after={"q_tensor": "for number in range(100_000):\n    display(number)"},
    ),
    hostile(
        "an answer prints without end",
        L,
        "right",
        after={
            "relate": """
            own = relate

            def relate(coordinates, m):
                print("x" * 10**8)
                return own(coordinates, m)
            """
        },
    ),
    hostile(
        "a library's threads before a fork",
        L,
        "right",
        after={
            "losses": """
            from concurrent.futures import ThreadPoolExecutor
            torch.set_num_threads(2)
            torch.randn(600, 600) @ torch.randn(600, 600)
            np.linalg.svd(np.random.default_rng(0).normal(size=(300, 300)))
            """,
            "vae_codes": """
            torch.set_num_threads(2)
            torch.randn(600, 600) @ torch.randn(600, 600)
            """,
        },
        note="an honest habit, at which a fork of the process can hang",
    ),
    hostile(
        "a pool of threads before a fork",
        V,
        "right",
        perhaps_without(V, "block_order"),
        after={
            "block_order": """
            from concurrent.futures import ThreadPoolExecutor
            pool = ThreadPoolExecutor(1)
            pool.submit(int).result()
            own = block_order

            def block_order(angles, block):
                return pool.submit(own, angles, block).result()
            """,
        },
        limits=SOME_SECONDS,
        note="honest; a fork has no threads, so only a judge without forks can give the points",
    ),
    hostile(
        "answers that use processes and threads",
        L,
        "right",
        after={
            "relate": """
            import multiprocessing
            from concurrent.futures import ThreadPoolExecutor
            alone = relate

            def relate(coordinates, m):
                with ThreadPoolExecutor(2) as pool:
                    return pool.submit(alone, coordinates, m).result()

            def in_a_process(queue, *args):
                queue.put(own_rule(*args))

            own_rule = fit_rule if "fit_rule" in globals() else None
            """,
            "fit_rule": """
            own_rule, context = fit_rule, multiprocessing.get_context("fork")

            def fit_rule(coordinates, labels):
                queue = context.SimpleQueue()
                child = context.Process(target=in_a_process, args=(queue, coordinates, labels))
                child.start()
                found = queue.get()
                child.join()
                return found
            """,
        },
    ),
]


ENTRIES = [*PROTOCOL, *ENDS, *LIMITS]
