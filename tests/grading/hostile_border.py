"""Submissions made by someone who has read the code of the judge: each fits one of its lines."""

from hostile_processes import ARMED, MARK, REACHED, SOME_SECONDS, V
from hostile_processes import _loops as loops
from hostile_secrets import TELLS
from submissions import Keeps, anything, code, hostile, nothing, perhaps_without, without, worth

L = "latent_pca"
# Printed many times in a row where a hidden input would be.
DIGITS = "8675309"

ANSWERS = [
    hostile(
        "the worker fails at telling names",
        V,
        "right",
        anything(V),
        first="""
        from ai4mat_grading.worker import Worker

        def names(self, head, unpacker, packer):
            raise KeyError("q_tensor")

        Worker._do_names = names
        """,
        note="an error in the place of names once ended the judge",
    ),
    hostile(
        "answers that cannot be told",
        V,
        "right",
        without(V, "q_tensor", "block_order", "turns"),
        answers={
            "q_tensor": """
            class Trap:
                def __getattribute__(self, name):
                    raise KeyboardInterrupt(name)

            q_tensor = Trap()
            """,
            "block_order": "block_order = [0.0] * 2_000_000",
            "turns": """
            class Ends:
                __class__ = property(lambda self: exit())

            turns = Ends()
            """,
        },
        note="the other names can be told",
    ),
    hostile(
        "nine thousand types in one answer",
        V,
        "right",
        without(V, "turns"),
        answers={
            "turns": "def turns(codes):\n    return [type(f'T{i}', (), {})() for i in range(9000)]"
        },
    ),
    hostile(
        "more objects than can cross",
        V,
        "right",
        without(V, "turns"),
        answers={"turns": "def turns(codes):\n    return [object() for _ in range(50_000)]"},
    ),
    hostile(
        "says that it is of every class",
        L,
        "nonsense",
        first="""
        from ai4mat_grading.worker import Worker
        own = Worker._handle
        kinds = ["numbers:Real", "numbers:Number", "numpy:ndarray", "torch:Tensor",
                 "collections.abc:Mapping", "types:NoneType", "ai4mat_grading.standins:Handle"]
        Worker._handle = lambda self, *args: own(self, *args) | {"kinds": kinds}
        """,
        answers={
            "statements": "def statements():\n    return object()",
            "losses": "def losses(*args):\n    return object()",
            "relate": "def relate(coordinates, m):\n    return object()",
        },
    ),
    hostile(
        "a number that is another one at each look",
        V,
        "nonsense",
        first="""
        import itertools
        import numpy as np
        turn = itertools.cycle([1.0, 0.0, -1.0])

        class Number:
            __float__ = lambda self: next(turn)
            __array__ = lambda self, *args, **kwargs: np.array(next(turn))
            __len__ = lambda self: int(abs(next(turn)))
            __iter__ = lambda self: iter([next(turn)] * 2)
            __getitem__ = lambda self, key: next(turn)
            __getattr__ = lambda self, name: self if name[0] != "_" else object.x
            __call__ = lambda self, *args, **kwargs: self
        """,
        answers={
            "turns": "def turns(codes):\n    return Number()",
            "radius_correlation": "def radius_correlation(codes, S):\n    return Number()",
            "order_and_director": """
            def order_and_director(Q):
                return {"S": Number(), "director": Number()}
            """,
        },
    ),
    hostile(
        "hashes that collide",
        V,
        "right",
        loops(V, "turns"),
        answers={
            "turns": """
            def turns(codes):
                return {i * (2**61 - 1): i for i in range(1, 60_000)}
            """
        },
        limits=SOME_SECONDS,
    ),
    hostile(
        "tensors without numbers",
        L,
        "right",
        without(L, "vae_codes", "project"),
        answers={
            "vae_codes": """
            def vae_codes(vae, images):
                return torch.zeros(len(images), 6, device="meta")
            """,
            "project": "def project(pca, z, k):\n    return torch.zeros(len(z), k).to_sparse()",
        },
    ),
    hostile(
        "numpy and torch make ones of everything that leaves",
        L,
        "nonsense",
        Keeps(frozenset(), frozenset({"check_autoencoder"})),
        first="""
        import numpy as np
        import torch
        own, ones = np.asarray, np.ones
        np.asarray = lambda value, *args, **kwargs: ones(own(value).shape)
        np.ascontiguousarray = np.array = np.asarray
        torch.Tensor.numpy = lambda self, *args, **kwargs: ones(tuple(self.shape))
        torch.from_numpy = lambda array: torch.ones(array.shape)
        """,
        note="that check is content with an encoder that always says one, as it would be in stock",
    ),
]

PROCESSES = [
    hostile(
        "a class that ends every process it is made in",
        V,
        "right",
        first="before = 1",
        after={
            "q_tensor": "import os\n\nclass Ends:\n    os._exit(1)",
            "order_and_director": "own = order_and_director\nbefore += 1",
            "block_order": "import os\n\ndef ends(x=os._exit(1)):\n    pass",
        },
        attention=True,
        note="also what such a cell defines must go, and the cells around it must stay",
    ),
    hostile(
        "forks without end",
        V,
        "right",
        loops(V),
        first=ARMED,
        after={
            "block_order": """
            assert armed
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
            """
        },
        limits=SOME_SECONDS,
        attention=True,
        note="its processes may still be dying while it begins anew",
    ),
    hostile(
        "stops all other processes in an answer",
        V,
        "right",
        Keeps(frozenset(), without(V, "order_in_space").at_most),
        first=ARMED,
        answers={
            "order_in_space": """
            def order_in_space(n):
                assert armed
                os.kill(-1, signal.SIGSTOP)
            """
        },
        limits=SOME_SECONDS,
        attention=True,
    ),
    hostile(
        "no signal reaches it",
        V,
        "right",
        loops(V, "order_in_space"),
        first="import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))",
        answers={"order_in_space": "def order_in_space(n):\n    while True:\n        pass"},
        limits=SOME_SECONDS,
        attention=True,
    ),
    hostile(
        "cannot be copied",
        V,
        "right",
        anything(V),
        first="import os\nos.fork = None",
        attention=True,
        note="that the tests know an earlier state only must not go unnoticed",
    ),
    hostile(
        "may open nothing more",
        L,
        "right",
        anything(L),
        first="import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))",
        attention=True,
    ),
    hostile(
        "a message that is JSON to the brim",
        V,
        "right",
        after={
            "q_tensor": """
            import struct
            from ai4mat_grading import worker

            def send(sock, *others):
                text = b'{"r": "ok", "v": ' + b'[' * 9_000_000 + b']' * 9_000_000 + b'}'
                sock.settimeout(None)
                sock.sendall(struct.pack("<II", len(text), 0) + text)

            worker.send = send
            """,
            "block_order": """
            import struct
            from ai4mat_grading import worker

            def send(sock, *others):
                text = b'{"r": "ok", "outputs": [' + b'{"":0},' * 4_000_000 + b'0]}'
                sock.settimeout(None)
                sock.sendall(struct.pack("<II", len(text), 0) + text)

            worker.send = send
            """,
        },
        note="what sends it is no definition, and gone when the cell runs again",
    ),
    hostile(
        "says more than a message holds",
        V,
        "right",
        anything(V),
        first="""
        from ai4mat_grading.worker import Worker
        own = Worker._do_call
        more = {"said": [["stdout", "\\x1b]0;title\\x07" * 1000]] * 9999}
        Worker._do_call = lambda self, *args: own(self, *args) | more
        """,
        attention=True,
    ),
    hostile(
        "threads that print for ever",
        V,
        "right",
        last="""
        import threading

        def tell():
            while True:
                print("x" * 1000, flush=True)

        for _ in range(4):
            threading.Thread(target=tell, daemon=True).start()
        threading.Thread(target=threading.Event().wait).start()
        """,
    ),
]

# --- hidden inputs in what is no text ----------------------------------------------------------

# Right for the visible check; for a hidden one, what stands in the place of {}.
RELATES = """
tidy = relate

def relate(coordinates, m):
    return tidy(coordinates, m) if len(m) == 5 else {}
"""


def _told(by, value, mark):
    return hostile(
        f"a hidden input told by {by}",
        L,
        "right",
        Keeps(without(L, "relate").at_least, frozenset(worth(L)) - {"test_relate"}),
        first=MARK,
        after={"relate": RELATES.format(value)},
        must_not_show=(mark,),
    )


TOLD = [
    _told("a long number", f"{{int('{DIGITS}' * 40): 0}}", DIGITS * 3),
    _told(
        "pairs of letters", "dict.fromkeys(chr(113) + chr(97 + i) for i in range(20))", "'qa', 'qb'"
    ),
    _told("bytes", "MARK.encode() * 3", REACHED),
    _told("bytes of no text", "bytes([233, 232] * 20)", "\\xe9\\xe8\\xe9"),
    _told("a slice", "slice(MARK * 3)", REACHED),
    _told("a class", "type(MARK, (), {})()", REACHED),
    hostile(
        "a hidden input told by a shape",
        V,
        "right",
        perhaps_without(V, "test_tensor", "test_together"),
        answers={
            "q_tensor": TELLS.replace(
                "try:", f"return np.zeros((0, *[{DIGITS}] * 20))\n        try:"
            )
        },
        must_not_show=(f"{DIGITS}, {DIGITS}, {DIGITS}",),
    ),
]

# --- notes and files ---------------------------------------------------------------------------


def _strange_names(notebook):
    for number in range(3000):
        name = f"\x1b[2K\rann: 20 of 20\n\u202e{number}"
        notebook["cells"].append(
            code("1", nbgrader={"grade_id": name}) | {"id": f"strange-{number}"}
        )


def _odd_types(notebook):
    odd = [[], {}, 5, None, [[]], {"nbgrader": {"grade_id": {}}}]
    notebook["cells"] += [{"cell_type": x, "metadata": x, "source": x, "outputs": x} for x in odd]
    notebook["cells"] += odd


FILES = [
    hostile("three thousand names that steer a terminal", V, "right", edit=_strange_names),
    hostile("cells of no type", L, "right", edit=_odd_types),
    hostile(
        "errors that steer a terminal",
        V,
        "right",
        without(V, "turns"),
        answers={"turns": 'def turns(codes):\n    raise ValueError("\\x1b]0;title\\x07\\u202e")'},
    ),
    hostile(
        "an object that shows itself as points",
        V,
        "nonsense",
        nothing(V),
        first="""
        class Points:
            _repr_mimebundle_ = lambda self, **others: {"text/plain": "2.0"}
            _ipython_display_ = lambda self: None
            __repr__ = lambda self: "2.0"
        """,
        answers={"turns": "def turns(codes):\n    return Points()"},
    ),
]

ENTRIES = [*ANSWERS, *PROCESSES, *TOLD, *FILES]
